using System.Runtime.CompilerServices;

namespace Motet.Runtime;

/// <summary>Puts a name to what runs on a loop.</summary>
internal static class CallbackSite
{
    /// <summary>The method of a delegate, the <c>async</c> method of a continuation, or the type of an object.</summary>
    public static string Describe(object callback, object? state)
    {
        // An await posts its continuation, or the box of its state machine, as the state of a delegate of the framework's own.
        if (callback is SendOrPostCallback && state is Action continuation) return Describe(continuation);
        if (callback is SendOrPostCallback && AsyncMethod(state) is { } method) return method;
        if (state is ICallbackSource behind && callback is Delegate) return Describe(behind.Callback, behind.CallbackState);
        if (callback is ICallbackSource source) return Describe(source.Callback, source.CallbackState);
        return callback is Delegate function ? Describe(function) : TypeName(callback.GetType());
    }

    private static string Describe(Delegate function)
    {
        if (AsyncMethod(function.Target) is { } asyncMethod) return asyncMethod;
        var method = function.Method;
        return method.DeclaringType is { } type ? $"{TypeName(type)}.{PlainName(method.Name)}" : PlainName(method.Name);
    }

    /// <summary>The method whose state machine a box of the framework holds, or null.</summary>
    private static string? AsyncMethod(object? box)
    {
        if (box?.GetType() is not { IsGenericType: true } type) return null;
        foreach (var argument in type.GenericTypeArguments)
        {
            // The compiler names the state machine of M `<M>d__N`, nested in the type that has M.
            if (typeof(IAsyncStateMachine).IsAssignableFrom(argument))
                return $"async {TypeName(argument.DeclaringType ?? argument)}.{PlainName(argument.Name)}";
        }

        return null;
    }

    private static string TypeName(Type type)
    {
        // Closures: the type that a person wrote is the one around them.
        while (type.Name.StartsWith('<') && type.DeclaringType is { } outer) type = outer;
        return type.FullName ?? type.Name;
    }

    /// <summary>What stands between the angle brackets of a name that the compiler made.</summary>
    private static string PlainName(string name)
    {
        var end = name.IndexOf('>', StringComparison.Ordinal);
        return name.StartsWith('<') && end > 1 ? name[1..end] : name;
    }
}
