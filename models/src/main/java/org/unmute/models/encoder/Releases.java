package org.unmute.models.encoder;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.unmute.models.encoder.EncoderSpec.TokenOrder;
import org.unmute.models.encoder.Release.Download;

/** The published encoders that can be read here. The built-in ones are listed in {@code releases.txt}. */
public final class Releases {
    private static final List<Release> OWN = read();

    private Releases() {}

    /** All releases: the nine of the paper first, those of {@linkplain EncoderProvider#releases other jars} last. */
    public static List<Release> all() {
        return Stream.concat(OWN.stream(), Encoders.providers().stream().flatMap(p -> p.releases().stream()))
                .toList();
    }

    /** Finds a release by name, ignoring case, hyphens and spaces ({@code audiomae} is Audio-MAE). */
    public static Optional<Release> find(String name) {
        return all().stream().filter(r -> plain(r.name()).equals(plain(name))).findFirst();
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9+.]", "");
    }

    private static List<Release> read() {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (String block : Resource.text("releases.txt").split("\n\n")) {
            Entry entry = new Entry(new HashMap<>());
            block.lines().filter(line -> !line.startsWith("#")).forEach(entry::add);
            if (!entry.values.isEmpty()) {
                String base = entry.text("like");
                if (!base.isEmpty()) {
                    entries.get(base).values.forEach(entry.values::putIfAbsent);
                }
                entries.put(entry.text("name"), entry);
            }
        }
        return entries.values().stream().map(Entry::release).toList();
    }

    /** The lines of an entry, by key. */
    private record Entry(Map<String, List<String>> values) {
        void add(String line) {
            String[] parts = line.split(": ", 2);
            values.computeIfAbsent(parts[0], _ -> new ArrayList<>()).add(parts[1]);
        }

        String text(String key) {
            return values.getOrDefault(key, List.of("")).getFirst();
        }

        Release release() {
            String[] size = text("size").split(" ");
            String[] tokens = text("tokens").split(" ");
            return new Release(
                    text("name"),
                    text("model"),
                    text("paper").equals("yes"),
                    text("licence"),
                    text("warning"),
                    text("repository"),
                    values.get("download").stream()
                            .map(line -> line.split(" \\| "))
                            .map(parts -> new Download(parts[0], parts[1]))
                            .toList(),
                    new Release.Size(number(size[0]), number(size[1]), number(size[2]), number(size[3])),
                    new Release.Tokens(
                            number(tokens[0]),
                            number(tokens[1]),
                            tokens[2].equals("cls"),
                            TokenOrder.valueOf(tokens[3]),
                            text("positions")),
                    values.containsKey("classes") ? number(text("classes")) : 0,
                    new Release.Notes(text("front-end"), text("normalisation"), text("layers"), values.get("trap")));
        }

        private static int number(String text) {
            return Integer.parseInt(text);
        }
    }
}
