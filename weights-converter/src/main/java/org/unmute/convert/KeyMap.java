package org.unmute.convert;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * Ordered rules from the tensor names of a checkpoint to canonical names. The first rule that fits a name decides; a
 * name that none fits stays as it is. Immutable: the methods that add something return a new map.
 *
 * @param name what messages and reports call it
 * @param rules tried in this order
 * @param required canonical names without which the result is no model
 * @param series numbered groups of canonical names
 */
public record KeyMap(String name, List<Rule> rules, List<String> required, List<Series> series) {

    /** What becomes of a name. */
    public sealed interface Rule {
        /** Whether the rule decides about this name. */
        boolean fits(String name);
    }

    /** One name becomes another. */
    public record Exact(String from, String to) implements Rule {
        @Override
        public boolean fits(String name) {
            return name.equals(from);
        }
    }

    /** The beginning of a name becomes another, the rest stays. */
    public record Prefix(String from, String to) implements Rule {
        @Override
        public boolean fits(String name) {
            return name.startsWith(from);
        }

        String apply(String name) {
            return to + name.substring(from.length());
        }
    }

    /** Names that begin so are left out. */
    public record Drop(String prefix, String reason) implements Rule {
        @Override
        public boolean fits(String name) {
            return name.startsWith(prefix);
        }
    }

    /**
     * Blocks numbered from 0 without a gap, at least one: {@code prefix0.suffix}, {@code prefix1.suffix}, … for each of
     * the suffixes.
     */
    public record Series(String prefix, List<String> suffixes) {
        /** Copies the suffixes. */
        public Series {
            suffixes = List.copyOf(suffixes);
        }

        /** Names that are not among those given; the highest number seen tells how many blocks there should be. */
        List<String> missing(Collection<String> given) {
            int last = 0;
            for (String candidate : given) {
                last = Math.max(last, number(candidate));
            }
            // A file may claim block two thousand million: stop where more is missing than anyone reads.
            List<String> missing = new ArrayList<>();
            for (int i = 0; i <= last && missing.size() < MOST_MISSING; i++) {
                for (String suffix : suffixes) {
                    String name = prefix + i + "." + suffix;
                    if (!given.contains(name)) {
                        missing.add(name);
                    }
                }
            }
            return missing;
        }

        private int number(String candidate) {
            int dot = candidate.startsWith(prefix) ? candidate.indexOf('.', prefix.length()) : -1;
            String digits = dot < 0 ? "" : candidate.substring(prefix.length(), dot);
            return digits.matches("\\d{1,9}") ? Integer.parseInt(digits) : 0;
        }
    }

    private static final int MOST_MISSING = 1000;

    /** Copies the lists. */
    public KeyMap {
        rules = List.copyOf(rules);
        required = List.copyOf(required);
        series = List.copyOf(series);
    }

    /** A map without rules: every name stays. */
    public static KeyMap named(String name) {
        return new KeyMap(name, List.of(), List.of(), List.of());
    }

    /** Adds a rule for one name. */
    public KeyMap rename(String from, String to) {
        return with(new Exact(from, to));
    }

    /** Adds a rule for the beginning of names. */
    public KeyMap renamePrefix(String from, String to) {
        return with(new Prefix(from, to));
    }

    /** Adds a rule that leaves out the names with this beginning, and says why. */
    public KeyMap drop(String prefix, String reason) {
        return with(new Drop(prefix, reason));
    }

    /** Adds canonical names that must be there in the end. */
    public KeyMap require(String... names) {
        return new KeyMap(name, rules, joined(required, List.of(names)), series);
    }

    /** Adds blocks that must be complete in the end; see {@link Series}. */
    public KeyMap requireSeries(String prefix, String... suffixes) {
        return new KeyMap(name, rules, required, joined(series, List.of(new Series(prefix, List.of(suffixes)))));
    }

    private KeyMap with(Rule rule) {
        return new KeyMap(name, joined(rules, List.of(rule)), required, series);
    }

    private static <T> List<T> joined(List<T> a, List<T> b) {
        List<T> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }

    /**
     * What the map makes of a file's tensors; reads no tensor.
     *
     * @throws ConversionException if two tensors would get the same name
     */
    public Report apply(SafetensorsFile file) throws ConversionException {
        return apply(file.path().toString(), file.names());
    }

    /**
     * What the map makes of these names.
     *
     * @param origin where they come from, for messages
     * @throws ConversionException if two tensors would get the same name
     */
    public Report apply(String origin, Collection<String> names) throws ConversionException {
        List<String> kept = new ArrayList<>();
        Map<String, String> renamed = new LinkedHashMap<>();
        Map<String, String> dropped = new LinkedHashMap<>();
        Map<String, String> sources = new HashMap<>();
        for (String from : names) {
            String to = switch (rule(from)) {
                case null -> from;
                case Exact exact -> exact.to();
                case Prefix prefix -> prefix.apply(from);
                case Drop drop -> {
                    dropped.put(from, drop.reason());
                    yield null;
                }
            };
            if (to == null) {
                continue;
            }
            String other = sources.putIfAbsent(to, from);
            if (other != null) {
                throw new ConversionException("convert: " + origin + ": two tensors would be named '" + to + "': '" + other
                        + "' and '" + from + "': the file mixes two namings, or key map '" + name + "' is not for it");
            }
            if (to.equals(from)) {
                kept.add(from);
            } else {
                renamed.put(from, to);
            }
        }
        return new Report(name, kept, renamed, dropped, missing(sources.keySet()));
    }

    private Rule rule(String from) {
        for (Rule rule : rules) {
            if (rule.fits(from)) {
                return rule;
            }
        }
        return null;
    }

    private List<String> missing(Set<String> given) {
        Set<String> seen = new HashSet<>();
        List<String> missing = new ArrayList<>();
        for (String wanted : required) {
            if (!given.contains(wanted) && seen.add(wanted)) {
                missing.add(wanted);
            }
        }
        for (Series one : series) {
            one.missing(given).stream().filter(seen::add).forEach(missing::add);
        }
        return missing;
    }
}
