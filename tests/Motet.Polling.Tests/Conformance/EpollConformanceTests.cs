namespace Motet.Polling.Tests;

public sealed class EpollConformanceTests() : ConformanceTests("epoll");
