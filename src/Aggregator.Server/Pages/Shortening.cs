using System.Globalization;

namespace Aggregator.Server;

/// <summary>Shortens text for a place with a limit: between characters as readers see them, never through one, and with an ellipsis.</summary>
internal static class Shortening
{
    private const string Ellipsis = "…";

    extension(string text)
    {
        /// <param name="most">How many UTF-16 units there is room for.</param>
        public string ShortenedTo(int most) => text.ShortenedTo(most, part => part.Length);

        /// <param name="most">How much room there is.</param>
        /// <param name="size">How much of it a part takes, as it is written there.</param>
        public string ShortenedTo(int most, Func<string, int> size)
        {
            if (size(text) <= most) return text;

            var (end, room) = (0, most - size(Ellipsis));
            while (end < text.Length)
            {
                var length = StringInfo.GetNextTextElementLength(text, end);
                room -= size(text.Substring(end, length));
                if (room < 0) break;
                end += length;
            }

            return text[..end] + Ellipsis;
        }
    }
}
