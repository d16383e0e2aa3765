using System.Runtime.InteropServices;
using Motet.Runtime;

// Says on standard output what it has come to; the tests of signals send it some and see what it says and how it ends.
var signal = args[1] switch { "INT" => PosixSignal.SIGINT, "TERM" => PosixSignal.SIGTERM, "HUP" => PosixSignal.SIGHUP, "QUIT" => PosixSignal.SIGQUIT, "USR1" => Signals.User1, _ => Signals.User2 };
switch (args[0])
{
    case "wait":
        var waiting = Signals.WaitAsync([signal]);
        Console.WriteLine("ready");
        Console.WriteLine(await waiting == signal ? "got it" : "got another");
        break;

    case "unread":
        var unread = Signals.Watch([signal], RepeatedSignal.DefaultAction);

        // A handler of its own tells when the signal has come; it does not call the default action off.
        using (PosixSignalRegistration.Create(signal, _ => Console.WriteLine("came")))
        {
            Console.WriteLine("ready");
            await Task.Delay(Timeout.Infinite);
        }

        GC.KeepAlive(unread);
        break;

    case "handling":
        var handled = Signals.Watch([signal], RepeatedSignal.DefaultAction);
        Console.WriteLine("ready");
        await foreach (var _ in handled)
        {
            Console.WriteLine("got it");
            await Task.Delay(Timeout.Infinite);
        }

        break;

    case "escalating":
        using (var watch = Signals.Watch([signal], RepeatedSignal.DefaultAction))
        {
            Console.WriteLine("ready");
            await watch.NextAsync();
            var second = watch.NextAsync();
            Console.WriteLine("draining");
            await second;
        }

        Console.WriteLine("aborted");
        return 3;
}

await Task.Delay(Timeout.Infinite);
return 0;
