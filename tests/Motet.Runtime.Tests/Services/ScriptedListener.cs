namespace Motet.Runtime.Tests;

/// <summary>A listener on a real descriptor whose accepts do what the test says.</summary>
internal sealed class ScriptedListener(SocketPair pair, Func<ReactorTransport?> accept) : ReactorListener
{
    protected internal override int Descriptor => pair.Descriptor;

    public override void Dispose()
    {
    }

    protected internal override ReactorTransport? Accept() => accept();
}
