namespace Motet.Net.Tests;

internal delegate int DataCallback(Connection connection, Span<byte> data);
