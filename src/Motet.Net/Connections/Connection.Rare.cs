namespace Motet.Net;

/// <summary>What a connection with a handler that is idle, or has a peer that keeps up, never needs: of those there may be very many. Made when first needed.</summary>
public sealed partial class Connection
{
    private Rare? _rare;

    private Rare RareState => _rare ??= new Rare();

    private ReadOperation? PullRead
    {
        get => _rare?.PullRead;
        set => RareState.PullRead = value;
    }

    private WriteOperation? PullWrite
    {
        get => _rare?.PullWrite;
        set => RareState.PullWrite = value;
    }

    /// <summary>The one that every file of this connection goes through.</summary>
    private FileWrite? FileInQueue
    {
        get => _rare?.File;
        set => RareState.File = value;
    }

    private WritePace? Pace
    {
        get => _rare?.Pace;
        set => RareState.Pace = value;
    }

    /// <summary>When to look again at how the peer takes what waits; 0 for never.</summary>
    private long WriteDeadline
    {
        get => _rare?.WriteDeadline ?? 0;
        set
        {
            if (value != 0 || _rare is not null) RareState.WriteDeadline = value;
        }
    }

    private sealed class Rare
    {
        public ReadOperation? PullRead { get; set; }

        public WriteOperation? PullWrite { get; set; }

        public FileWrite? File { get; set; }

        public WritePace? Pace { get; set; }

        public long WriteDeadline { get; set; }

        /// <summary>Bytes that <see cref="CloseLingering"/> has read and dropped.</summary>
        public int LingerDropped { get; set; }
    }
}
