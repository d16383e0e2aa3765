namespace Motet.Http;

/// <summary>The weights that clients give to what they accept (RFC 9110 §12.4.2).</summary>
internal static class QualityValue
{
    /// <summary>What is wanted most, and what a member without a weight has.</summary>
    public const int Best = 1000;

    /// <summary><c>q=</c> and a number from 0 to 1 with at most three digits behind the point, in thousandths. -1 for anything else.</summary>
    public static int Parse(ReadOnlySpan<byte> weight)
    {
        if (weight.Length is < 3 or > 7 || (weight[0] | 0x20) != 'q' || weight[1] != '=' || weight[2] is not ((byte)'0' or (byte)'1')) return -1;
        var quality = (weight[2] - '0') * Best;
        if (weight.Length > 3 && weight[3] != '.') return -1;
        var place = 100;
        foreach (var digit in weight.Length > 4 ? weight[4..] : default)
        {
            if (!char.IsAsciiDigit((char)digit)) return -1;
            quality += (digit - '0') * place;
            place /= 10;
        }

        return quality <= Best ? quality : -1;
    }
}
