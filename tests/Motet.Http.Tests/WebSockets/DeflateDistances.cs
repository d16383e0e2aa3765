namespace Motet.Http.Tests;

/// <summary>Reads compressed data (RFC 1951) only to see how far back it refers.</summary>
internal sealed class DeflateDistances
{
    private static readonly int[] LengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    private static readonly int[] DistanceBits = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
    private static readonly int[] CodeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private readonly byte[] _data;
    private int _bit;
    private int _longest;

    private DeflateDistances(byte[] data) => _data = data;

    /// <summary>The longest distance of any reference.</summary>
    public static int Longest(byte[] data)
    {
        var reader = new DeflateDistances(data);
        while (reader._bit + 3 <= data.Length * 8) reader.ReadBlock();
        return reader._longest;
    }

    private int Bits(int count)
    {
        var value = 0;
        for (var i = 0; i < count; i++, _bit++) value |= (_data[_bit >> 3] >> (_bit & 7) & 1) << i;
        return value;
    }

    private void ReadBlock()
    {
        Bits(1);
        switch (Bits(2))
        {
            case 0:
                _bit = (_bit + 7) & ~7;
                var length = Bits(16);
                Bits(16);
                _bit += length * 8;
                break;
            case 1:
                ReadCodes(
                    [.. Enumerable.Repeat(8, 144), .. Enumerable.Repeat(9, 112), .. Enumerable.Repeat(7, 24), .. Enumerable.Repeat(8, 8)],
                    [.. Enumerable.Repeat(5, 30)]);
                break;
            case 2:
                ReadDynamic();
                break;
            default:
                Assert.Fail("This is no block.");
                break;
        }
    }

    private void ReadDynamic()
    {
        var literals = Bits(5) + 257;
        var distances = Bits(5) + 1;
        var codes = new int[19];
        var count = Bits(4) + 4;
        for (var i = 0; i < count; i++) codes[CodeOrder[i]] = Bits(3);
        var table = Table(codes);
        var lengths = new List<int>();
        while (lengths.Count < literals + distances)
        {
            var symbol = Symbol(table);
            if (symbol < 16) lengths.Add(symbol);
            else if (symbol == 16) lengths.AddRange(Enumerable.Repeat(lengths[^1], Bits(2) + 3));
            else lengths.AddRange(Enumerable.Repeat(0, symbol == 17 ? Bits(3) + 3 : Bits(7) + 11));
        }

        ReadCodes([.. lengths.Take(literals)], [.. lengths.Skip(literals)]);
    }

    private void ReadCodes(int[] literals, int[] distances)
    {
        var literalTable = Table(literals);
        var distanceTable = Table(distances);
        for (var symbol = Symbol(literalTable); symbol != 256; symbol = Symbol(literalTable))
        {
            if (symbol < 256) continue;
            Bits(LengthBits[symbol - 257]);
            var code = Symbol(distanceTable);
            var distance = 1;
            for (var i = 0; i < code; i++) distance += 1 << DistanceBits[i];
            _longest = Math.Max(_longest, distance + Bits(DistanceBits[code]));
        }
    }

    /// <summary>RFC 1951 §3.2.2: from length and code to symbol.</summary>
    private static Dictionary<(int Length, int Code), int> Table(int[] lengths)
    {
        var table = new Dictionary<(int, int), int>();
        var code = 0;
        for (var length = 1; length <= 15; length++, code <<= 1)
        {
            for (var symbol = 0; symbol < lengths.Length; symbol++)
            {
                if (lengths[symbol] == length) table[(length, code++)] = symbol;
            }
        }

        return table;
    }

    private int Symbol(Dictionary<(int Length, int Code), int> table)
    {
        var code = 0;
        for (var length = 1; length <= 15; length++)
        {
            code = code << 1 | Bits(1);
            if (table.TryGetValue((length, code), out var symbol)) return symbol;
        }

        Assert.Fail("This is no code.");
        return -1;
    }
}
