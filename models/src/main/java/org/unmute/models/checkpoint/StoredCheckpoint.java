package org.unmute.models.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.ElementSource;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;

/**
 * The tensors of an open file.
 *
 * @param known the names as a set
 */
record StoredCheckpoint(
        String origin,
        String container,
        List<String> names,
        Set<String> known,
        Function<String, Shape> shapes,
        Function<String, StoredType> types,
        Function<String, StoredTensor> entries,
        Map<String, String> metadata,
        List<String> opaque,
        Runnable closing)
        implements Checkpoint {
    @Override
    public boolean has(String name) {
        return known.contains(name);
    }

    @Override
    public Shape shape(String name) {
        return shapes.apply(name);
    }

    @Override
    public StoredType type(String name) {
        return types.apply(name);
    }

    @Override
    public StoredTensor entry(String name) {
        return entries.apply(name);
    }

    @Override
    public float[] floats(String name) {
        return entry(name).floats();
    }

    @Override
    public ElementSource source(String name) {
        return entry(name)::floats;
    }

    @Override
    public void close() {
        closing.run();
    }
}
