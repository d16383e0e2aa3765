using Motet.Net;

namespace Motet.Tests;

/// <summary>What the scripts talk to.</summary>
internal sealed class PeerEcho : ClientHandler
{
    public const string Reason = "as you like \u2713";

    public override void OnMessage(Client client, Message message)
    {
        if (message.IsText && message.Length < 10 && message.ToString() == "!close") client.Close((CloseCode)3001, Reason);
        else client.Write(message);
    }
}
