package org.unmute.probes.pool;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Settings of a probe besides its size, by name, in the form used on the command line and in saved probes: {@code
 * heads=8}. {@link ProbeType#options} lists the names that a probe accepts.
 *
 * @param values by name, sorted
 */
public record ProbeOptions(Map<String, String> values) {
    /** Every option at its default. */
    public static final ProbeOptions DEFAULTS = new ProbeOptions(Map.of());

    /** Copies and sorts. */
    public ProbeOptions {
        values = Collections.unmodifiableMap(new TreeMap<>(values));
    }

    /**
     * Whether the values are equal. Written out because the method that Java generates for a record leaves a soft
     * reference to its class in {@code java.lang.runtime.ObjectMethods}. An application server could then not unload
     * the classes of an application that compared options until memory runs short.
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof ProbeOptions options && values.equals(options.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /**
     * Parses options of the form {@code name=value}.
     *
     * @throws IllegalArgumentException if one has another form or a name occurs twice
     */
    public static ProbeOptions parse(String... settings) {
        Map<String, String> values = new TreeMap<>();
        for (String s : settings) {
            int at = s.indexOf('=');
            if (at < 1) {
                throw new IllegalArgumentException("probe option: write name=value, not '" + s + "'");
            }
            if (values.put(s.substring(0, at).strip(), s.substring(at + 1).strip()) != null) {
                throw new IllegalArgumentException("probe option: '" + s.substring(0, at) + "' is given twice");
            }
        }
        return new ProbeOptions(values);
    }

    /** A copy with one option added or replaced. */
    public ProbeOptions with(String name, Object value) {
        Map<String, String> more = new TreeMap<>(values);
        more.put(name, value.toString());
        return new ProbeOptions(more);
    }

    /**
     * Rejects options that a probe does not have.
     *
     * @throws IllegalArgumentException naming the unknown option and those that exist
     */
    void requireOnly(String probe, List<String> known) {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("probe " + probe + ": no option '" + name + "': "
                        + (known.isEmpty() ? "it has none" : "it has " + String.join(", ", known)));
            }
        }
    }

    /**
     * Rejects a probe whose options lack any of these, since options that it does not state are not saved.
     *
     * @throws IllegalArgumentException naming the first one
     */
    void requireStated(Probe probe) {
        Map<String, String> stated = probe.options().values();
        values.forEach((name, value) -> {
            String own = stated.get(name);
            if (own == null || contradict(value, own)) {
                throw new IllegalArgumentException("probe " + probe.name() + ": " + name + "=" + value
                        + " was given, but options() of the probe "
                        + (own == null ? "does not state " + name : "states " + name + "=" + own)
                        + ", and what it does not state is not saved: options() must hold every option with its value"
                        + " in force, or the type must be made with one function that takes a ParameterSource");
            }
        });
    }

    /** Whether the values differ and either both are numbers or neither is. */
    private static boolean contradict(String a, String b) {
        try {
            return Double.parseDouble(a) != Double.parseDouble(b);
        } catch (NumberFormatException e) {
            return !isNumber(a) && !isNumber(b) && !a.equalsIgnoreCase(b);
        }
    }

    private static boolean isNumber(String text) {
        try {
            Double.parseDouble(text);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Whether an option is given. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** An option with a fixed set of values; the first in {@code allowed} is the default. */
    public String choice(String name, String... allowed) {
        String text = values.getOrDefault(name, allowed[0]);
        if (!Arrays.asList(allowed).contains(text)) {
            throw new IllegalArgumentException(
                    "probe option " + name + ": must be one of " + String.join(", ", allowed) + ": '" + text + "'");
        }
        return text;
    }

    /** An option that is {@code true} or {@code false}. */
    public boolean flag(String name, boolean absent) {
        return Boolean.parseBoolean(choice(name, Boolean.toString(absent), Boolean.toString(!absent)));
    }

    /**
     * Checks a size that the parameters' shapes determine.
     *
     * @throws IllegalArgumentException if the option is given with another value
     */
    public void requireSize(String name, long actual) {
        String text = values.get(name);
        if (text != null && !text.equals(Long.toString(actual))) {
            throw new IllegalArgumentException(
                    "probe option " + name + ": is '" + text + "', the parameters' shapes say " + actual);
        }
    }

    /** An integer in {@code [min, max]}. */
    public int integer(String name, int absent, int min, int max) {
        return value(
                name, absent, Integer::valueOf, v -> v >= min && v <= max, "a whole number from " + min + " to " + max);
    }

    /** A number in {@code [min, below)}. */
    public double number(String name, double absent, double min, double below) {
        return value(
                name,
                absent,
                Double::valueOf,
                v -> v >= min && v < below,
                "a number from " + min + " to below " + below);
    }

    private <T> T value(String name, T absent, Function<String, T> parse, Predicate<T> fits, String expected) {
        String text = values.get(name);
        if (text == null) {
            return absent;
        }
        try {
            T value = parse.apply(text);
            if (fits.test(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below, together with the range
        }
        throw new IllegalArgumentException("probe option " + name + ": must be " + expected + ": '" + text + "'");
    }

    /** One {@code name=value} per line, to be read with {@link #parse}; values may contain blanks. */
    String lines() {
        return joined("\n");
    }

    /** {@code name=value} pairs on one line. */
    @Override
    public String toString() {
        return joined(" ");
    }

    private String joined(String separator) {
        StringBuilder b = new StringBuilder();
        values.forEach((k, v) ->
                b.append(b.isEmpty() ? "" : separator).append(k).append('=').append(v));
        return b.toString();
    }
}
