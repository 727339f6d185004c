// What Jest needs to read the tests.
module.exports = { presets: [["@babel/preset-env", { targets: { node: "current" } }]] };
