namespace Motet.Net;

/// <summary>How raw clients are served (<see cref="Client.Serve(Connection, ClientHandler, ClientOptions?, ClientExtension?)"/>). One object serves many.</summary>
public sealed record ClientOptions
{
    /// <summary>The defaults.</summary>
    public static ClientOptions Default { get; } = new();

    /// <summary>
    /// What <see cref="Client.Timeout"/> is at first; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for none. Default 5 minutes: longer than a person reads, and short enough that those who vanished without a word do not gather.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is zero or negative.</exception>
    public TimeSpan Timeout
    {
        get;
        init
        {
            Client.CheckTimeout(value);
            field = value;
        }
    } = TimeSpan.FromMinutes(5);
}
