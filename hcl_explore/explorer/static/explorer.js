// built from cf060a98205af539
var e={render(){}};export{e as default};
