// Applications whose source was read as well, and which can't use the package with their server as it is.

/** @typedef {{ application: string, file: string, commit: string, because: string }} Unfit */

/** @type {Unfit[]} */
export const unfit = [
  {
    application: "signalapp/Signal-Server",
    file: "websocket-resources/src/main/java/org/whispersystems/websocket/messages/protobuf/ProtobufWebSocketMessageFactory.java",
    commit: "4c4282162f4e9c7c5ffa07bb9a2edaaeff8f4eff",
    because: "frames are binary (Protocol Buffers)",
  },
  {
    application: "msgbyte/tailchat",
    file: "client/shared/api/socket.ts",
    commit: "030adfa4b37d782210b23232ef02c98ec1c45305",
    because: "frames are binary (Socket.IO with MessagePack)",
  },
  {
    application: "wireapp/wire-webapp",
    file: "libraries/api-client/src/tcp/ReconnectingWebsocket.ts",
    commit: "2dced00f4e8edd1662540612968d5d32d332effc",
    because: "frames are binary (JSON as bytes)",
  },
  {
    application: "ryan-rowland/interview-server",
    file: "README.md",
    commit: "56e99cba2e6fca60738dba7ad4afa21e549e03f4",
    because: "the server expects every frame of a connection to be numbered, 1, 2, 3 …",
  },
  {
    application: "damdamheureux/WebChat",
    file: "backend-main/backend/routers/websocket.py",
    commit: "cf2d413cc1fa4b55082613e9577f031008afa346",
    because: "the socket says only that something has changed, in no conversation; the page fetches it by HTTP",
  },
];
