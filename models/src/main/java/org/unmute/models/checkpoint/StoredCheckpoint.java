package org.unmute.models.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.ElementSource;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;
import org.unmute.tensor.io.TensorFile;

/** The tensors of an open file. */
record StoredCheckpoint(TensorFile file) implements Checkpoint {
    @Override
    public String origin() {
        return file.path().toString();
    }

    @Override
    public List<String> names() {
        return file.names();
    }

    @Override
    public boolean has(String name) {
        return file.has(name);
    }

    @Override
    public Shape shape(String name) {
        return file.shape(name);
    }

    @Override
    public StoredType type(String name) {
        return file.type(name);
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
    public void unload(String name) {
        entry(name).unload();
    }

    @Override
    public @Nullable StoredTensor entry(String name) {
        try {
            return file.entry(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String container() {
        return file.container();
    }

    @Override
    public List<String> opaque() {
        return file.opaque().stream().map(o -> o.name() + ": " + o.className()).toList();
    }

    @Override
    public Map<String, String> metadata() {
        return file.metadata();
    }

    @Override
    public void close() {
        file.close();
    }
}
