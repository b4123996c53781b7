package org.unmute.cli.console;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Folds numbered names: {@code blocks.0.w}, {@code blocks.1.w}, … become <code>blocks.{0..11}.w</code>. Names are
 * folded if they differ only in numbers between dots.
 */
final class SeriesFold {
    private static final Pattern DOT = Pattern.compile("\\.");
    private static final int NAMED_NUMBERS = 4;

    private SeriesFold() {}

    /**
     * Items folded into one name.
     *
     * @param name  the name, with ranges of numbers
     * @param items the items, in their original order
     */
    record Group<T>(String name, List<T> items) {}

    /**
     * Folds items by name; items with different {@code apart} stay separate.
     *
     * @param apart a key that must be equal for items to be folded, besides the pattern of their names
     */
    static <T> List<Group<T>> fold(List<T> items, Function<T, String> name, Function<T, ?> apart) {
        Map<List<Object>, List<T>> groups = new LinkedHashMap<>();
        for (T item : items) {
            groups.computeIfAbsent(List.of(pattern(name.apply(item)), apart.apply(item)), _ -> new ArrayList<>())
                    .add(item);
        }
        return groups.values().stream()
                .map(group -> new Group<>(name(group.stream().map(name).toList()), group))
                .toList();
    }

    /** The name with its numbers replaced by a placeholder. */
    static String pattern(String name) {
        List<String> parts = new ArrayList<>();
        for (String part : DOT.split(name, -1)) {
            parts.add(isNumber(part) ? "\0" : part);
        }
        return String.join(".", parts);
    }

    /** Folds names that share a pattern into one name. */
    static String name(List<String> names) {
        if (names.size() == 1) {
            return names.getFirst();
        }
        List<String[]> split = names.stream().map(n -> DOT.split(n, -1)).toList();
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < split.getFirst().length; i++) {
            int at = i;
            parts.add(
                    isNumber(split.getFirst()[at])
                            ? numbers(split.stream()
                                    .map(s -> Long.parseLong(s[at]))
                                    .toList())
                            : split.getFirst()[at]);
        }
        return String.join(".", parts);
    }

    private static boolean isNumber(String part) {
        return part.matches("\\d{1,18}");
    }

    private static String numbers(List<Long> all) {
        TreeSet<Long> sorted = new TreeSet<>(all);
        if (sorted.size() == 1) {
            return sorted.first().toString();
        }
        if (sorted.last() - sorted.first() == sorted.size() - 1) {
            return "{" + sorted.first() + ".." + sorted.last() + "}";
        }
        String some = String.join(
                ",", sorted.stream().limit(NAMED_NUMBERS).map(String::valueOf).toList());
        return "{" + some + (sorted.size() > NAMED_NUMBERS ? ",…," + sorted.last() : "") + "}";
    }
}
