using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Motet.Tests;

/// <summary>Prints the public and protected members of an assembly, a line each, sorted.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(DescribeType(type)).Append('\n');
            var members = type.IsEnum ? type.GetEnumNames().Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name))}") : type.GetMembers(Declared).SelectMany(Describe).Order(StringComparer.Ordinal);
            if (typeof(Delegate).IsAssignableFrom(type)) members = [DescribeMethod(type.GetMethod("Invoke")!)];
            foreach (var member in members) text.Append("    ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static string DescribeType(Type type)
    {
        var kind = type.IsEnum ? "enum" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : type.IsInterface ? "interface"
            : type.IsValueType ? (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly struct" : "struct")
            : type is { IsAbstract: true, IsSealed: true } ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
        Type?[] bases = [type.BaseType, .. type.GetInterfaces().Where(face => face.IsPublic).OrderBy(face => face.Name, StringComparer.Ordinal)];
        var shown = type.IsEnum || kind == "delegate" ? [] : bases.OfType<Type>().Where(parent => parent != typeof(object) && parent != typeof(ValueType)).Select(Name).ToArray();
        return $"{kind} {Name(type)}{(shown.Length > 0 ? " : " : "")}{string.Join(", ", shown)}";
    }

    private static IEnumerable<string> Describe(MemberInfo member)
    {
        if (member.Name.Contains('<')) yield break;
        switch (member)
        {
            case ConstructorInfo constructor when IsVisible(constructor):
                yield return $"{Access(constructor)}new({Parameters(constructor)})";
                break;
            case MethodInfo method when IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)):
                yield return DescribeMethod(method);
                break;
            case PropertyInfo property when property.GetAccessors(nonPublic: true).Any(IsVisible):
                var accessor = property.GetAccessors(nonPublic: true).First(IsVisible);
                var indices = property.GetIndexParameters();
                yield return $"{Access(accessor)}{Name(property.PropertyType)} {(indices.Length > 0 ? $"this[{string.Join(", ", indices.Select(Parameter))}]" : property.Name)} {{ {Accessors(property)}}}";
                break;
            case FieldInfo { IsPublic: true } field:
                yield return $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}";
                break;
            case EventInfo happening when IsVisible(happening.AddMethod!):
                yield return $"event {Name(happening.EventHandlerType!)} {happening.Name}";
                break;
        }
    }

    private static string DescribeMethod(MethodInfo method)
    {
        var generics = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
        return $"{Access(method)}{Name(method.ReturnType)} {method.Name}{generics}({Parameters(method)})";
    }

    private static string Accessors(PropertyInfo property)
    {
        var text = "";
        if (property.GetMethod is { } get && IsVisible(get)) text += "get; ";
        if (property.SetMethod is { } set && IsVisible(set)) text += set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; ";
        return text;
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => (method.IsPublic ? "" : "protected ")
        + (method.IsStatic ? "static " : "")
        + (method is MethodInfo { IsAbstract: true } ? "abstract " : method is MethodInfo { IsVirtual: true, IsFinal: false } known ? (known.GetBaseDefinition() == known ? "virtual " : "override ") : "");

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter) => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "default"}" : "")}";

    private static string Name(Type type)
    {
        if (type.IsByRef) return "ref " + Name(type.GetElementType()!);
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter) return type.Name;
        var name = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        var tick = name.IndexOf('`');
        return tick < 0 ? name : $"{name[..tick]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
