package org.unmute.models.encoder;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.UnusableCheckpointException;

/**
 * The configuration that a checkpoint states for its model. Entries in the settings override those in the file.
 *
 * @param origin name of the file, for messages
 * @param prefix prefix of the entry names in the file, for instance {@code cfg.}
 * @param entries by name without the prefix
 */
public record ModelConfig(String origin, String prefix, Map<String, String> entries) {
    /** Reads the configuration of a file and applies the settings. */
    public static ModelConfig of(Checkpoint file, String prefix, EncoderSettings settings) {
        Map<String, String> all = new LinkedHashMap<>();
        file.metadata().forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                all.put(key.substring(prefix.length()), value);
            }
        });
        all.putAll(settings.config());
        return new ModelConfig(file.origin(), prefix, all);
    }

    /** Whether an entry is given; Python's None counts as not given. */
    public boolean states(String name) {
        return entries.containsKey(name)
                && !entries.get(name).equals("None")
                && !entries.get(name).equals("null");
    }

    /** The text of an entry, or a default. */
    public @Nullable String text(String name, @Nullable String otherwise) {
        return states(name) ? entries.get(name) : otherwise;
    }

    /** A boolean entry, or a default. */
    public boolean flag(String name, boolean otherwise) {
        if (!states(name)) {
            return otherwise;
        }
        return switch (entries.get(name)) {
            case "true", "True", "1" -> true;
            case "false", "False", "0" -> false;
            default -> throw refuse(name, "true or false is expected");
        };
    }

    /** A non-negative integer entry, or a default. */
    public int count(String name, int otherwise) {
        double value = number(name, otherwise);
        if (value != Math.rint(value) || value < 0 || value > Integer.MAX_VALUE) {
            throw refuse(name, "a whole number from 0 is expected");
        }
        return (int) value;
    }

    /** A numeric entry, or a default. */
    public double number(String name, double otherwise) {
        try {
            return states(name) ? Double.parseDouble(entries.get(name)) : otherwise;
        } catch (NumberFormatException e) {
            throw refuse(name, "a number is expected");
        }
    }

    /**
     * Checks an entry, if it is given, against a size that follows from the tensors.
     *
     * @param where the tensor from which {@code found} follows
     * @throws UnusableCheckpointException if they differ
     */
    public void mustBe(String name, long found, String where) {
        if (states(name) && count(name, 0) != found) {
            throw refuse(
                    name,
                    "but it is " + found + " by " + where + ": configuration and tensors are of different models");
        }
    }

    /**
     * The size of a tensor along an axis, checked against the entry as by {@link #mustBe}.
     *
     * @throws UnusableCheckpointException if the tensor is missing or of another rank, or the entry differs
     */
    public int size(String name, CheckpointWeights weights, String tensor, int rank, int axis) {
        int size = weights.size(tensor, rank, axis);
        mustBe(name, size, tensor);
        return size;
    }

    /** Creates the exception for an entry that is not supported. */
    public UnusableCheckpointException refuse(String name, String why) {
        return new UnusableCheckpointException(origin + ": " + prefix + name + " is " + entries.get(name) + ", " + why);
    }
}
