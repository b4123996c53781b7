package org.unmute.models.encoder;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.UnusableCheckpointException;

/**
 * A model's configuration as its checkpoint states it; entries of the settings go before the file's.
 *
 * @param origin the file, for messages
 * @param prefix what the entries' names begin with in the file, for instance {@code cfg.}
 * @param entries by name without the prefix
 */
record ModelConfig(String origin, String prefix, Map<String, String> entries) {
    /** @throws IllegalArgumentException if the settings have an entry that is not among those known */
    static ModelConfig of(Checkpoint file, String prefix, EncoderSettings settings, Set<String> known) {
        for (String name : settings.config().keySet()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("configuration: there is no entry '" + name
                        + "' that is read; known are " + new TreeSet<>(known));
            }
        }
        Map<String, String> all = new LinkedHashMap<>();
        file.metadata().forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                all.put(key.substring(prefix.length()), value);
            }
        });
        all.putAll(settings.config());
        return new ModelConfig(file.origin(), prefix, all);
    }

    /** Whether it is stated; Python's None counts as not stated. */
    boolean states(String name) {
        return entries.containsKey(name)
                && !entries.get(name).equals("None")
                && !entries.get(name).equals("null");
    }

    String text(String name, String otherwise) {
        return states(name) ? entries.get(name) : otherwise;
    }

    boolean flag(String name, boolean otherwise) {
        if (!states(name)) {
            return otherwise;
        }
        return switch (entries.get(name)) {
            case "true", "True", "1" -> true;
            case "false", "False", "0" -> false;
            default -> throw refuse(name, "true or false is expected");
        };
    }

    int count(String name, int otherwise) {
        double value = number(name, otherwise);
        if (value != Math.rint(value) || value < 0 || value > Integer.MAX_VALUE) {
            throw refuse(name, "a whole number from 0 is expected");
        }
        return (int) value;
    }

    double number(String name, double otherwise) {
        try {
            return states(name) ? Double.parseDouble(entries.get(name)) : otherwise;
        } catch (NumberFormatException e) {
            throw refuse(name, "a number is expected");
        }
    }

    /** What is stated, if anything is, must be what the tensors say. */
    void mustBe(String name, long found, String where) {
        if (states(name) && count(name, 0) != found) {
            throw refuse(
                    name,
                    "but it is " + found + " by " + where + ": configuration and tensors are of different models");
        }
    }

    /** A message about an entry that cannot be followed. */
    UnusableCheckpointException refuse(String name, String why) {
        return new UnusableCheckpointException(origin + ": " + prefix + name + " is " + entries.get(name) + ", " + why);
    }
}
