// SPDX-License-Identifier: Apache-2.0

/// The files that may hold unsafe code.
///
/// One is added only with a reason in the commit.
let auditedFiles: Set<String> = [
    "Sources/Collector/Clock/AccountingClock.swift",
    "Sources/Collector/Service/DescriptorLimit.swift",
    "Sources/Console/Server/SocketFile.swift",
    "Sources/FlowDecoding/IPFIX/RecordRows.swift",
    "Sources/FlowDecoding/IPFIX/RowLoads.swift",
    "Sources/FlowReception/Captures/SavedPackets.swift",
    "Sources/FlowReception/Sockets/DatagramBatch.swift",
    "Sources/FlowReception/Sockets/DatagramSender.swift",
    "Sources/FlowReception/Sockets/Descriptor.swift",
    "Sources/FlowReception/Sockets/SocketAddress.swift",
    "Sources/FlowReception/Sockets/SocketGroup.swift",
    "Sources/FlowReception/Sockets/UDPSocket.swift",
    "Sources/FlowReception/SystemError.swift",
    "Sources/RouteReception/BGP/BGPSpeaker.swift",
    "Sources/RouteReception/BGP/SessionSocket.swift",
    "Sources/RouteReception/MRT/BZip2Decompressor.swift",
    "Sources/RouteReception/MRT/GzipDecompressor.swift",
    "Sources/RouteReception/MRT/InputFile.swift",
    "Sources/RouteReception/MRT/XZDecompressor.swift",
    "Sources/RouteReception/MRT/ZstdDecompressor.swift",
    "Sources/Routing/Reclamation/ArrayPrefetch.swift",
    "Sources/Routing/Reclamation/PublishedStorage.swift",
    "Sources/Routing/Reclamation/PublishedWords.swift",
    "Sources/Storage/DurableFile.swift",
    "Sources/Storage/FileIdentity.swift",
    "Sources/Storage/FileLock.swift",
    "Sources/Wire/WireBlock.swift",
    "Sources/Wire/WireReader.swift",
]
