using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Motet.Net.Tests;

public class StreamTests
{
    [Fact]
    public async Task AStreamIsReadAndWrittenFromTheLoop()
    {
        await using var link = await Link.OpenAsync(null);
        link.Peer.SendText("first line\nsecond line\n");
        await link.RunOnLoop(async () =>
        {
            await using var stream = link.Connection.AsStream();
            using var reader = new StreamReader(stream, leaveOpen: true);
            await using var writer = new StreamWriter(stream, leaveOpen: true);
            await writer.WriteAsync((await reader.ReadLineAsync())!.ToUpperInvariant());
            await writer.WriteAsync((await reader.ReadLineAsync())!.ToUpperInvariant());
            await writer.FlushAsync();
            Assert.True(link.Loop.IsCurrent);
        });
        Assert.Equal("FIRST LINESECOND LINE", Encoding.Latin1.GetString(link.Peer.ReadToEnd()));
        Assert.Equal(CloseReason.Closed, link.Connection.CloseReason);
    }

    [Fact]
    public async Task AStreamIsReadAndWrittenFromOtherThreads()
    {
        await using var link = await Link.OpenAsync(null);
        var data = Sockets.RandomBytes(2_000_000);
        var echo = Task.Run(async () =>
        {
            await using var stream = link.Connection.AsStream();
            await stream.CopyToAsync(stream);
        });
        var sending = Task.Run(() =>
        {
            link.Peer.SendAll(data);
            link.Peer.Shutdown(SocketShutdown.Send);
        });
        Assert.Equal(Sockets.Hash(data), Sockets.Hash(await Task.Run(link.Peer.ReadToEnd)));
        await Task.WhenAll(echo, sending).Within();
    }

    [Fact]
    public async Task BlockingCallsWorkOnOtherThreadsAndAreRefusedOnTheLoop()
    {
        await using var link = await Link.OpenAsync(null);
        var stream = link.Connection.AsStream();
        link.Peer.SendText("abc");
        var buffer = new byte[3];
        stream.ReadExactly(buffer);
        stream.Write("def"u8);
        Assert.Equal("def", link.Peer.ReadText(3));
        await link.OnLoop(() => Assert.Throws<InvalidOperationException>(() => stream.Read(buffer)));
        await link.OnLoop(() => Assert.Throws<InvalidOperationException>(() => stream.Write(buffer)));
    }

    [Fact]
    public async Task AReadFromAnotherThreadCanBeCancelledWithoutLoss()
    {
        await using var link = await Link.OpenAsync(null);
        var stream = link.Connection.AsStream();
        using var cancel = new CancellationTokenSource();
        var read = stream.ReadAsync(new byte[10], cancel.Token).AsTask();
        await link.TurnAsync();
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.Within());
        link.Peer.SendText("x");
        Assert.Equal(1, await stream.ReadAtLeastAsync(new byte[10], 1));
    }

    [Fact]
    public async Task AStreamOfAClosedConnectionFails()
    {
        await using var link = await Link.OpenAsync(null);
        var stream = link.Connection.AsStream();
        await link.OnLoop(() => link.Connection.Abort(CloseReason.Shutdown));
        var failure = await Assert.ThrowsAsync<ConnectionClosedException>(async () => await stream.ReadExactlyAsync(new byte[1]));
        Assert.Equal(CloseReason.Shutdown, failure.Reason);
        await Assert.ThrowsAsync<ConnectionClosedException>(async () => await stream.WriteAsync(new byte[1]));
    }

    [Fact]
    public async Task TlsRunsOverTheStreamOfBothSides()
    {
        using var certificate = SelfSigned();
        await using var loops = EventLoopGroup.Start(1);
        await using var listener = await Listener.StartAsync(
            loops,
            new IPEndPoint(IPAddress.Loopback, 0),
            async connection =>
            {
                await using var tls = new SslStream(connection.AsStream());
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate });
                await tls.CopyToAsync(tls);
            });

        var data = Sockets.RandomBytes(1_000_000);
        await loops.Loops[0].RunAsync(async () =>
        {
            var connection = await Connector.ConnectAsync(listener.LocalEndPoint);
            await using var tls = new SslStream(connection.AsStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = SslProtocols.None,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            });
            var writing = tls.WriteAsync(data).AsTask();
            var echoed = new byte[data.Length];
            await tls.ReadExactlyAsync(echoed);
            await writing;
            Assert.Equal(Sockets.Hash(data), Sockets.Hash(echoed));
        }).Within();
    }

    [Fact]
    public async Task APlainTlsClientTalksToTlsOverAConnection()
    {
        using var certificate = SelfSigned();
        await using var loops = EventLoopGroup.Start(1);
        await using var listener = await Listener.StartAsync(
            loops,
            new IPEndPoint(IPAddress.Loopback, 0),
            async connection =>
            {
                await using var tls = new SslStream(connection.AsStream());
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate });
                await tls.WriteAsync("hello over TLS"u8.ToArray());
            });
        using var client = new SslStream(new NetworkStream(Sockets.Connect(listener.LocalEndPoint), ownsSocket: true), false, (_, _, _, _) => true);
        await client.AuthenticateAsClientAsync("localhost");
        using var reader = new StreamReader(client);
        Assert.Equal("hello over TLS", await reader.ReadToEndAsync());
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
