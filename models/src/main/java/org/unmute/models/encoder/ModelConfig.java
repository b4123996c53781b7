package org.unmute.models.encoder;

import java.util.LinkedHashMap;
import java.util.Map;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.CheckpointWeights;
import org.unmute.models.checkpoint.UnusableCheckpointException;

/**
 * A model's configuration as its checkpoint states it; entries of the settings override the file's.
 *
 * @param origin the file, for messages
 * @param prefix of the entries' names in the file, for instance {@code cfg.}
 * @param entries by name without the prefix
 */
public record ModelConfig(String origin, String prefix, Map<String, String> entries) {
    /** The configuration of a file under these settings. */
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

    /** Whether an entry is stated; Python's None counts as not stated. */
    public boolean states(String name) {
        return entries.containsKey(name)
                && !entries.get(name).equals("None")
                && !entries.get(name).equals("null");
    }

    /** A text entry. */
    public String text(String name, String otherwise) {
        return states(name) ? entries.get(name) : otherwise;
    }

    /** A switch. */
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

    /** A whole number from 0. */
    public int count(String name, int otherwise) {
        double value = number(name, otherwise);
        if (value != Math.rint(value) || value < 0 || value > Integer.MAX_VALUE) {
            throw refuse(name, "a whole number from 0 is expected");
        }
        return (int) value;
    }

    /** A number. */
    public double number(String name, double otherwise) {
        try {
            return states(name) ? Double.parseDouble(entries.get(name)) : otherwise;
        } catch (NumberFormatException e) {
            throw refuse(name, "a number is expected");
        }
    }

    /**
     * Checks an entry, if it is stated, against what the tensors say.
     *
     * @param where the tensor that tells {@code found}
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
     * A size that a tensor of this rank has along an axis; {@link #mustBe} for the entry of that name.
     *
     * @throws UnusableCheckpointException if the tensor is missing or of another rank, or the entry differs
     */
    public int size(String name, CheckpointWeights weights, String tensor, int rank, int axis) {
        int size = weights.size(tensor, rank, axis);
        mustBe(name, size, tensor);
        return size;
    }

    /** The exception for an entry that cannot be followed. */
    public UnusableCheckpointException refuse(String name, String why) {
        return new UnusableCheckpointException(origin + ": " + prefix + name + " is " + entries.get(name) + ", " + why);
    }
}
