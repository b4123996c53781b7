package org.unmute.models.checkpoint;

import org.unmute.models.vit.Weights;
import org.unmute.tensor.LinearWeight;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.backend.ElementSource;

/**
 * A checkpoint as {@link Weights}: frozen float32 tensors, requested by the model's names. Messages use the file's
 * names.
 */
public final class CheckpointWeights implements Weights {
    private final Checkpoint file;

    /** @param file an open checkpoint that uses the model's names; read only while the model is built */
    public CheckpointWeights(Checkpoint file) {
        this.file = file;
    }

    @Override
    public boolean has(String name) {
        return file.has(name);
    }

    @Override
    public Tensor tensor(String name, long... shape) {
        float[] values = floats(name, shape);
        requireFinite(name, 0, values, 0, values.length);
        file.unload(name);
        return Tensor.owning(values, shape).freeze();
    }

    @Override
    public Tensor linearWeight(String name, long out, long in) {
        requireShape(name, out, in);
        ElementSource source = file.source(name);
        Tensor read = LinearWeight.read(
                (from, to, at, count) -> {
                    source.read(from, to, at, count);
                    requireFinite(name, from, to, at, count);
                },
                out,
                in);
        file.unload(name);
        return read;
    }

    /** @param from index in the tensor of the first of these values */
    private void requireFinite(String name, long from, float[] values, int at, int count) {
        for (int i = at; i < at + count; i++) {
            if (!Float.isFinite(values[i])) {
                throw new UnusableCheckpointException(file.origin() + ": tensor '" + file.stored(name) + "' has "
                        + values[i] + " at element " + (from + i - at) + ": the checkpoint is damaged");
            }
        }
    }

    /** The values of a tensor, which must have this shape. */
    public float[] floats(String name, long... shape) {
        requireShape(name, shape);
        return file.floats(name);
    }

    private void requireShape(String name, long... shape) {
        Shape found = shape(name);
        if (!found.equals(Shape.of(shape))) {
            throw new UnusableCheckpointException(
                    file.origin() + ": tensor '" + file.stored(name) + "' is " + found + ", expected " + Shape.of(shape)
                            + ": another size of the model, or other settings (frames, heads)?");
        }
    }

    /** The stored sizes of a tensor. */
    public Shape shape(String name) {
        if (!file.has(name)) {
            String key = file.stored(name);
            throw new UnusableCheckpointException(file.origin() + ": tensor '" + key + "' is missing"
                    + (key.equals(name) ? "" : " (needed as '" + name + "')")
                    + ": wrong model, or an incomplete checkpoint");
        }
        return file.shape(name);
    }

    /**
     * One size of a stored tensor, from which a size of the model follows.
     *
     * @param rank number of axes that the tensor must have
     * @throws UnusableCheckpointException if the tensor is missing, has another number of axes, or is empty along the
     *     axis
     */
    public int size(String name, int rank, int axis) {
        Shape shape = shape(name);
        if (shape.rank() != rank || shape.size(axis) < 1 || shape.size(axis) > Integer.MAX_VALUE) {
            throw new UnusableCheckpointException(file.origin() + ": tensor '" + file.stored(name) + "' is " + shape
                    + ", expected are " + rank + " axes of at least 1: another model, or a damaged checkpoint");
        }
        return shape.dim(axis);
    }

    /**
     * The number of tensors {@code name.0.suffix}, {@code name.1.suffix}, …
     *
     * @throws UnusableCheckpointException if there is none, or if a gap in the numbers shows that a tensor is missing
     */
    public int count(String name, String suffix) {
        int n = 0;
        while (has(name + "." + n + "." + suffix)) {
            n++;
        }
        String prefix = name + ".";
        for (String key : file.names()) {
            if (n == 0 || KeyMap.Series.number(prefix, key) >= n) {
                throw new UnusableCheckpointException(file.origin() + ": tensor '"
                        + file.stored(prefix + n + "." + suffix) + "' is missing"
                        + (n == 0 ? "" : ", but '" + file.stored(key) + "' is there") + ": an incomplete checkpoint");
            }
        }
        return n;
    }
}
