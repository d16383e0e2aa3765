using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Motet.Polling.Tests;

/// <summary>
/// Gives the kqueue engine something to run on where the system has none: compiles <c>kqueue_on_poll.c</c>, an emulation of the manual pages, before the first
/// engine is made. A library that <c>MOTET_KQUEUE_LIBRARY</c> names already is used instead.
/// </summary>
internal static class KqueueEmulation
{
    private const string Variable = "MOTET_KQUEUE_LIBRARY";

    /// <summary>Why there is no kqueue; null when there is one.</summary>
    public static string? Missing { get; private set; }

    [ModuleInitializer]
    internal static void Provide()
    {
        if (!OperatingSystem.IsLinux() || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
            return;
        var source = Path.Combine(AppContext.BaseDirectory, "Kqueue", "kqueue_on_poll.c");
        var library = Path.Combine(AppContext.BaseDirectory, "Kqueue", "libkqueue_on_poll.so");
        try
        {
            // Compiled beside its place and moved there, so that a second run at the same time never loads half a library.
            var made = $"{library}.{Environment.ProcessId}";
            using var compiler = Process.Start(new ProcessStartInfo("cc", ["-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-pthread", "-o", made, source]) { RedirectStandardError = true })!;
            var errors = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            if (compiler.ExitCode != 0)
                throw new InvalidOperationException($"cc refuses kqueue_on_poll.c: {errors}");
            File.Move(made, library, overwrite: true);
            Environment.SetEnvironmentVariable(Variable, library);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Missing = "there is no C compiler (cc) for the emulation, and MOTET_KQUEUE_LIBRARY names no library";
        }
    }
}
