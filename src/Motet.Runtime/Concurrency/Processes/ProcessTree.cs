using System.Globalization;

namespace Motet.Runtime;

/// <summary>
/// The descendants of a process, from <c>/proc</c> (proc(5)); none on systems other than Linux. One that was seen is known for good, by its number and the time of its start, also when its parent ends and
/// it belongs to init.
/// </summary>
internal sealed class ProcessTree(int root)
{
    private readonly Dictionary<int, ulong> _known = [];

    /// <summary>Finds the descendants there are now, of the root and of those known before.</summary>
    /// <returns>Whether there are new ones.</returns>
    internal bool Look()
    {
        if (!OperatingSystem.IsLinux()) return false;
        var processes = new List<Entry>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Read(id) is { } process) processes.Add(process);
        }

        var children = processes.ToLookup(process => process.Parent);
        var parents = new Queue<int>(processes.Where(IsKnown).Select(process => process.Id).Append(root));
        var hasNew = false;
        while (parents.TryDequeue(out var parent))
        {
            foreach (var child in children[parent])
            {
                if (IsKnown(child)) continue;
                _known[child.Id] = child.Start;
                parents.Enqueue(child.Id);
                hasNew = true;
            }
        }

        return hasNew;
    }

    /// <summary>Whether one of them runs.</summary>
    internal bool IsAlive => _known.Keys.Any(id => Read(id) is { HasEnded: false } process && IsKnown(process));

    internal void Send(int signal)
    {
        foreach (var id in _known.Keys)
        {
            if (Read(id) is { HasEnded: false } process && IsKnown(process)) ProcessSignals.Send(id, signal);
        }
    }

    /// <summary>Ends them all. They are stopped first, so that none starts another while the rest is looked for; the caller stops the root.</summary>
    internal void Kill()
    {
        do
        {
            Send(ProcessSignals.LinuxSIGSTOP);
        }
        while (Look());
        Send(ProcessSignals.SIGKILL);
    }

    private static Entry? Read(int id)
    {
        string line;
        try
        {
            line = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // proc_pid_stat(5): number, name in parentheses, which may hold anything, state, parent, …; the time of the start is the 22nd.
        var fields = line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 20
            ? null
            : new Entry(id, int.Parse(fields[1], CultureInfo.InvariantCulture), ulong.Parse(fields[19], CultureInfo.InvariantCulture), fields[0] is "Z" or "X");
    }

    private bool IsKnown(Entry process) => _known.TryGetValue(process.Id, out var start) && start == process.Start;

    private readonly record struct Entry(int Id, int Parent, ulong Start, bool HasEnded);
}
