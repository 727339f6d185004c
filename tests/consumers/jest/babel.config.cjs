// Jest needs this to load tests written as ES modules.
module.exports = { presets: [["@babel/preset-env", { targets: { node: "current" } }]] };
