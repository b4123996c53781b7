package org.unmute.models.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.ElementSource;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;

/** The tensors of an open file. */
final class StoredCheckpoint implements Checkpoint {
    private final String origin;
    private final String container;
    private final List<String> names;
    private final Set<String> known;
    private final Function<String, Shape> shapes;
    private final Function<String, StoredType> types;
    private final Function<String, StoredTensor> entries;
    private final Map<String, String> metadata;
    private final List<String> opaque;
    private final Runnable close;

    StoredCheckpoint(
            String origin,
            String container,
            List<String> names,
            Function<String, Shape> shapes,
            Function<String, StoredType> types,
            Function<String, StoredTensor> entries,
            Map<String, String> metadata,
            List<String> opaque,
            Runnable close) {
        this.origin = origin;
        this.container = container;
        this.shapes = shapes;
        this.types = types;
        this.opaque = opaque;
        this.names = names;
        this.known = Set.copyOf(names);
        this.entries = entries;
        this.metadata = metadata;
        this.close = close;
    }

    @Override
    public String origin() {
        return origin;
    }

    @Override
    public List<String> names() {
        return names;
    }

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
    public float[] floats(String name) {
        return entries.apply(name).floats();
    }

    @Override
    public ElementSource source(String name) {
        return entries.apply(name)::floats;
    }

    @Override
    public StoredTensor entry(String name) {
        return entries.apply(name);
    }

    @Override
    public String container() {
        return container;
    }

    @Override
    public List<String> opaque() {
        return opaque;
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public void close() {
        close.run();
    }
}
