package org.unmute.models.checkpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One naming of a model's tensors: how to find them in a file, what each is called in the model, and which must be
 * there. The model's names are the authors' own. Immutable: methods that add something return a new map.
 *
 * <p>Files put the model below various prefixes ({@code model.}, {@code module.}, {@code teacher.backbone.}, {@code
 * state_dict.encoder.}). The {@linkplain #signature signature}, a few names that only this model has together, finds
 * the prefix; rules then apply to names without it. The first rule that matches decides; a tensor that none matches is
 * left out and listed.
 *
 * @param name what reports call it, for instance {@code eat/hugging-face}
 * @param signature names, below the prefix, by which the model is recognised
 * @param prefixEnd required end of the prefix, where other models have the same names; null for any prefix
 * @param rules tried in this order, on names below the prefix
 * @param outer rules for names next to the model: below the prefix's parent
 * @param required canonical names that a complete model has
 * @param series numbered groups of canonical names
 * @param carried prefixes of the metadata keys that belong to the model
 */
public record KeyMap(
        String name,
        List<String> signature,
        @Nullable String prefixEnd,
        List<Rule> rules,
        List<Rule> outer,
        List<String> required,
        List<Series> series,
        List<String> carried) {
    /** Parts of a prefix that mark copies of the model, which are used only if nothing else is there. */
    private static final List<String> COPIES =
            List.of("_ema.", "ema.", "student.", "optimizer.", "optimizer_", "last_optimizer");

    private static final int MAX_MISSING = 1000;

    /**
     * Decides about names that start with {@code from}, or about the name {@code from} if it does not end in a dot.
     */
    public sealed interface Rule {
        /** A whole name or, with a dot at its end, a prefix of names. */
        String from();

        /** Whether the rule decides about this name. */
        default boolean matches(String name) {
            return from().endsWith(".") || from().isEmpty() ? name.startsWith(from()) : name.equals(from());
        }
    }

    /** Replaces the name or its prefix; both are equal where nothing changes. */
    public record Take(String from, String to) implements Rule {
        String apply(@Nullable String name) {
            return to + name.substring(from.length());
        }
    }

    /** The tensor is left out. */
    public record Drop(String from, String reason) implements Rule {}

    /**
     * At least one block, numbered from 0 without a gap: {@code prefix0.suffix}, {@code prefix1.suffix}, … for each
     * suffix.
     */
    public record Series(String prefix, List<String> suffixes) {
        /** Copies the suffixes. */
        public Series {
            suffixes = List.copyOf(suffixes);
        }

        /** Names that are not among those given; the highest number seen determines the number of blocks. */
        List<String> missing(Collection<String> given) {
            int last = 0;
            for (String candidate : given) {
                last = Math.max(last, number(prefix, candidate));
            }
            // A damaged file may name block two thousand million.
            List<String> missing = new ArrayList<>();
            for (int i = 0; i <= last && missing.size() < MAX_MISSING; i++) {
                for (String suffix : suffixes) {
                    String name = prefix + i + "." + suffix;
                    if (!given.contains(name)) {
                        missing.add(name);
                    }
                }
            }
            return missing;
        }

        /** The number between a prefix and the next dot of a name; -1 if there is none. */
        static int number(String prefix, String name) {
            int dot = name.startsWith(prefix) ? name.indexOf('.', prefix.length()) : -1;
            String digits = dot < 0 ? "" : name.substring(prefix.length(), dot);
            return digits.matches("\\d{1,9}") ? Integer.parseInt(digits) : -1;
        }
    }

    /** Copies the lists. */
    public KeyMap {
        if (signature.isEmpty()) {
            throw new IllegalArgumentException("key map " + name + ": needs a signature");
        }
        signature = List.copyOf(signature);
        rules = List.copyOf(rules);
        outer = List.copyOf(outer);
        required = List.copyOf(required);
        series = List.copyOf(series);
        carried = List.copyOf(carried);
    }

    /** A map without rules, and the signature of the model. */
    public static KeyMap named(String name, String... signature) {
        return new KeyMap(name, List.of(signature), null, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /** Recognizes the model only below a prefix with this end. */
    public KeyMap belowPrefix(String end) {
        return new KeyMap(name, signature, end, rules, outer, required, series, carried);
    }

    /** Keeps names and, with a dot at the end, all names with that prefix. */
    public KeyMap keep(String... names) {
        KeyMap map = this;
        for (String one : names) {
            map = map.rename(one, one);
        }
        return map;
    }

    /** Renames a tensor or, with a dot at the end of both, a prefix of names. */
    public KeyMap rename(String from, String to) {
        return new KeyMap(
                name, signature, prefixEnd, joined(rules, new Take(from, to)), outer, required, series, carried);
    }

    /** Leaves out a tensor or, with a dot at the end, all with that prefix. */
    public KeyMap drop(String from, String reason) {
        return new KeyMap(
                name, signature, prefixEnd, joined(rules, new Drop(from, reason)), outer, required, series, carried);
    }

    /** {@link #keep} for tensors next to the model: below the prefix's parent. */
    public KeyMap keepOuter(String from) {
        return new KeyMap(
                name, signature, prefixEnd, rules, joined(outer, new Take(from, from)), required, series, carried);
    }

    /** {@link #drop} for tensors next to the model: below the prefix's parent. */
    public KeyMap dropOuter(String from, String reason) {
        return new KeyMap(
                name, signature, prefixEnd, rules, joined(outer, new Drop(from, reason)), required, series, carried);
    }

    /** Adds canonical names that must be there. */
    public KeyMap require(String... names) {
        List<String> all = new ArrayList<>(required);
        all.addAll(List.of(names));
        return new KeyMap(name, signature, prefixEnd, rules, outer, all, series, carried);
    }

    /** Adds blocks that must be complete; see {@link Series}. */
    public KeyMap requireSeries(String prefix, String... suffixes) {
        return new KeyMap(
                name,
                signature,
                prefixEnd,
                rules,
                outer,
                required,
                joined(series, new Series(prefix, List.of(suffixes))),
                carried);
    }

    /** {@code part.weight} and {@code part.bias} of each part, for {@link #requireSeries}. */
    public static String[] weightsAndBiases(String... parts) {
        return Stream.of(parts)
                .flatMap(part -> Stream.of(part + ".weight", part + ".bias"))
                .toArray(String[]::new);
    }

    /** Adds prefixes of metadata keys that the model needs and a converted file must keep. */
    public KeyMap carry(String... prefixes) {
        List<String> all = new ArrayList<>(carried);
        all.addAll(List.of(prefixes));
        return new KeyMap(name, signature, prefixEnd, rules, outer, required, series, all);
    }

    private static <T> List<T> joined(List<T> a, T b) {
        List<T> all = new ArrayList<>(a);
        all.add(b);
        return all;
    }

    /**
     * Finds the model in a file; reads no tensor.
     *
     * @param anyPrefix whether the file is known to hold this model, so that {@link #prefixEnd} does not matter
     */
    public Optional<KeyMatch> match(Checkpoint file, boolean anyPrefix) {
        return prefixes(file, anyPrefix).map(prefix -> KeyMatch.of(this, prefix, file));
    }

    /**
     * The prefix below which the whole signature lies; of several one with the required end, then the shortest, copies
     * of the model last.
     */
    private Optional<String> prefixes(Checkpoint file, boolean anyPrefix) {
        String first = signature.getFirst();
        Set<String> found = new HashSet<>();
        for (String name : file.names()) {
            String prefix = name.equals(first)
                    ? ""
                    : name.endsWith("." + first) ? name.substring(0, name.length() - first.length()) : null;
            if (prefix != null
                    && (anyPrefix || prefixEnd == null || prefix.endsWith(prefixEnd))
                    && signature.stream().allMatch(s -> file.has(prefix + s))) {
                found.add(prefix);
            }
        }
        return found.stream()
                .min(Comparator.comparing((String prefix) -> prefixEnd != null && !prefix.endsWith(prefixEnd))
                        .thenComparing(KeyMap::isCopy)
                        .thenComparing(String::length)
                        .thenComparing(Comparator.naturalOrder()));
    }

    private static boolean isCopy(String prefix) {
        return COPIES.stream().anyMatch(prefix::contains);
    }

    /** The first rule that matches, or null. */
    static @Nullable Rule rule(List<Rule> rules, String name) {
        return rules.stream().filter(rule -> rule.matches(name)).findFirst().orElse(null);
    }

    /** Canonical names that are required and not given. */
    List<String> missing(Set<String> given) {
        Set<String> seen = new HashSet<>();
        List<String> missing = new ArrayList<>();
        for (String expected : required) {
            if (!given.contains(expected) && seen.add(expected)) {
                missing.add(expected);
            }
        }
        for (Series one : series) {
            one.missing(given).stream().filter(seen::add).forEach(missing::add);
        }
        return missing;
    }
}
