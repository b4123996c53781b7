package org.unmute.cli.probe;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.LabelOptions;
import org.unmute.data.ClipId;
import org.unmute.data.Manifest;
import org.unmute.probes.cache.CachedClip;
import org.unmute.probes.cache.Damage;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.pool.ClassNames;
import org.unmute.probes.pool.Probes;
import org.unmute.probes.pool.TrainedProbe;

/** Matches labels, token caches and probes, and reports where they disagree. */
public final class TokenData {
    private TokenData() {}

    /** The labelled clips in the cache; ids of the others are added to {@code missing}. */
    public static Manifest matched(Manifest wanted, TokenCache cache, List<String> missing) throws IOException {
        return matched(wanted, cache, missing, _ -> {});
    }

    /**
     * As above, with remarks.
     *
     * @param tell receives a remark if files were not found by the same path, or clips are labelled by events
     */
    public static Manifest matched(Manifest wanted, TokenCache cache, List<String> missing, Consumer<String> tell)
            throws IOException {
        Manifest.Matched m = matchedOrNone(wanted, cache);
        missing.addAll(m.missing());
        if (!m.remark().isEmpty()) {
            tell.accept(m.remark());
        }
        String divided = divided(m.missing(), ids(cache));
        if (m.manifest().clips().isEmpty() && !divided.isEmpty()) {
            throw CommandException.input(divided);
        }
        if (!divided.isEmpty()) {
            tell.accept(divided);
        }
        if (m.manifest().clips().isEmpty() && m.missing().isEmpty()) {
            throw CommandException.input("no labelled clip of the token cache is left: " + m.remark()
                    + ": cut the recordings with 'unmute labels', or give --complete if all that is there is marked");
        }
        if (m.manifest().clips().isEmpty()) {
            throw CommandException.input("none of the " + wanted.clips().size()
                    + " labelled files is in the token cache: are the labels relative to the folder that was"
                    + " embedded? The cache has "
                    + ids(cache).stream().sorted().limit(3).toList() + ", the labels have "
                    + wanted.clips().stream().limit(3).map(c -> c.file()).toList());
        }
        return m.manifest();
    }

    /** Advice about labels of recordings that were embedded as clips; empty if there are none. */
    private static String divided(List<String> missing, Set<String> ids) {
        Map<String, Long> clips = ids.stream()
                .flatMap(id -> ClipId.part(id).stream())
                .collect(Collectors.groupingBy(ClipId.Part::file, Collectors.counting()));
        List<String> files = missing.stream().filter(clips::containsKey).toList();
        if (files.isEmpty()) {
            return "";
        }
        String first = files.getFirst();
        String id = ids.stream()
                .filter(i -> i.startsWith(first + "#"))
                .min(String::compareTo)
                .orElseThrow();
        return "labels of whole recordings that are in the token cache as clips: " + files.size() + ", the first "
                + first + ", embedded as " + clips.get(first) + " clips like " + id
                + ": label the clips (columns start and end, or their ids), give labels with times, or embed with"
                + " '--clip whole'";
    }

    /** Splits labelled clips into those in the cache, possibly none, and the others. */
    public static Manifest.Matched matchedOrNone(Manifest wanted, TokenCache cache) throws IOException {
        requireIntact(cache);
        return LabelOptions.matched(wanted, ids(cache));
    }

    /**
     * Checks before training that a probe can be saved with these class names.
     *
     * @param source the origin of the labels
     */
    public static void requireNames(Manifest labels, String source) {
        try {
            ClassNames.require(source + ": ", labels.labels().names());
        } catch (IllegalArgumentException e) {
            throw CommandException.input(e.getMessage(), e);
        }
    }

    /** Requires an undamaged cache. */
    public static void requireIntact(TokenCache cache) {
        List<Damage> damage = cache.damage();
        if (!damage.isEmpty()) {
            throw CommandException.input("the token cache is damaged (" + damage.getFirst()
                    + (damage.size() > 1 ? " and " + (damage.size() - 1) + " more" : "")
                    + "): run 'unmute embed' again, which rebuilds what is broken");
        }
    }

    private static Set<String> ids(TokenCache cache) {
        return cache.clips().stream().map(CachedClip::id).collect(Collectors.toSet());
    }

    /**
     * Requires a cache with all layers if the probe uses them.
     *
     * @param probe name of the probe
     */
    public static void requireLayers(String probe, TokenCache cache, Path folder) {
        if (Probes.type(probe).needsLayers() && cache.key().layers() == 0) {
            throw CommandException.input(
                    "probe " + probe + " looks at the tokens of all layers of the encoder, " + folder
                            + " holds those of the last only: run 'unmute embed --layers' with another folder for"
                            + " --out");
        }
    }

    /** Requires tokens of the encoder and front end that the probe was trained on. */
    public static void requireSameEncoder(TrainedProbe probe, TokenCache cache, Path run, Path folder) {
        requireLayers(probe.probe().name(), cache, folder);
        boolean known = !probe.encoderHash().isEmpty();
        if (known
                && (!probe.encoderHash().equals(cache.key().encoderHash())
                        || !probe.frontEndHash().equals(cache.key().frontEndHash()))) {
            throw CommandException.input(
                    "the probe in " + run + " was trained on tokens of another encoder or front end than " + folder
                            + " holds (" + cache.key() + "): embed the clips with the probe's encoder");
        }
    }
}
