package org.unmute.models.encoder;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The published encoders that can be read here. */
public final class Releases {
    private Releases() {}

    /** All of them: the nine of the paper first, those of {@linkplain EncoderProvider#releases other jars} last. */
    public static List<Release> all() {
        return Stream.concat(
                        ZooReleases.ALL.stream(), Encoders.providers().stream().flatMap(p -> p.releases().stream()))
                .toList();
    }

    /**
     * A release by its name; capitals, hyphens and spaces do not matter ({@code audiomae} is Audio-MAE).
     */
    public static Optional<Release> find(String name) {
        return all().stream().filter(r -> plain(r.name()).equals(plain(name))).findFirst();
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9+.]", "");
    }
}
