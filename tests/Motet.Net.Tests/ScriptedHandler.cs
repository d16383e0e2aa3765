using System.Text;

namespace Motet.Net.Tests;

/// <summary>A handler that does what a test tells it and remembers what happened, in order. A callback without a script does what the base class does.</summary>
internal sealed class ScriptedHandler : ConnectionHandler
{
    private readonly Lock _gate = new();
    private readonly List<string> _events = [];
    private readonly List<(Func<ScriptedHandler, bool> Condition, TaskCompletionSource Done)> _waiting = [];
    private readonly MemoryStream _received = new();
    private readonly TaskCompletionSource<CloseReason> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    public Action<Connection>? WhenOpen { get; init; }

    public DataCallback? WhenData { get; set; }

    public Action<Connection>? WhenEndOfInput { get; init; }

    public Action<Connection>? WhenDrained { get; init; }

    public Action<Connection>? WhenHangUp { get; init; }

    public Action<Connection>? WhenDeadline { get; init; }

    public Action<Connection>? WhenShutdown { get; init; }

    public Action<Connection>? WhenClose { get; init; }

    /// <summary>Whether callbacks overlapped, or one came after the last.</summary>
    public bool IsOutOfOrder { get; private set; }

    /// <summary>Why the connection ended, when it has.</summary>
    public Task<CloseReason> Closed => _closed.Task.Within();

    /// <summary>The names of the callbacks so far.</summary>
    public string[] Events
    {
        get
        {
            lock (_gate) return [.. _events];
        }
    }

    /// <summary>The bytes consumed so far.</summary>
    public byte[] Received
    {
        get
        {
            lock (_gate) return _received.ToArray();
        }
    }

    public string ReceivedText => Encoding.Latin1.GetString(Received);

    public int Count(string name) => Events.Count(other => other == name);

    /// <summary>Completes when the condition holds after a callback; fails when it does not in time.</summary>
    public Task Until(Func<ScriptedHandler, bool> condition)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (condition(this)) return Task.CompletedTask;
            _waiting.Add((condition, done));
        }

        return done.Task.Within();
    }

    public Task UntilEvent(string name) => Until(handler => handler._events.Contains(name));

    public Task UntilReceived(int count) => Until(handler => handler._received.Length >= count);

    protected internal override void OnOpen(Connection connection) => Run("open", connection, WhenOpen);

    protected internal override int OnData(Connection connection, Span<byte> data)
    {
        Enter();
        try
        {
            var copy = data.ToArray();
            var consumed = WhenData?.Invoke(connection, data) ?? data.Length;
            if ((uint)consumed <= (uint)copy.Length)
            {
                lock (_gate) _received.Write(copy, 0, consumed);
            }

            return consumed;
        }
        finally
        {
            Leave("data");
        }
    }

    protected internal override void OnEndOfInput(Connection connection) => Run("end", connection, WhenEndOfInput ?? base.OnEndOfInput);

    protected internal override void OnDrained(Connection connection) => Run("drained", connection, WhenDrained);

    protected internal override void OnHangUp(Connection connection) => Run("hangup", connection, WhenHangUp ?? base.OnHangUp);

    protected internal override void OnPeerFinished(Connection connection) => Run("finished", connection, script: null);

    protected internal override void OnDeadline(Connection connection) => Run("deadline", connection, WhenDeadline ?? base.OnDeadline);

    protected internal override void OnShutdown(Connection connection) => Run("shutdown", connection, WhenShutdown ?? base.OnShutdown);

    protected internal override void OnClose(Connection connection, CloseReason reason)
    {
        try
        {
            Run("close", connection, WhenClose);
        }
        finally
        {
            _closed.TrySetResult(reason);
        }
    }

    private void Run(string name, Connection connection, Action<Connection>? script)
    {
        Enter();
        try
        {
            script?.Invoke(connection);
        }
        finally
        {
            Leave(name);
        }
    }

    private void Enter()
    {
        if (++_running != 1 || _closed.Task.IsCompleted) IsOutOfOrder = true;
    }

    private void Leave(string name)
    {
        _running--;
        lock (_gate)
        {
            _events.Add(name);
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                if (!_waiting[i].Condition(this)) continue;
                _waiting[i].Done.TrySetResult();
                _waiting.RemoveAt(i);
            }
        }
    }
}
