package org.unmute.models.encoder;

import java.util.List;
import java.util.Map;
import org.unmute.tensor.Shape;
import org.unmute.tensor.io.SafetensorsFile;

/** Named tensors that an encoder is built from, whatever file they lie in. */
public interface Checkpoint {
    /** Where it comes from, for messages; a file's path. */
    String origin();

    /** Names of all tensors, in file order. */
    List<String> names();

    /** Whether there is a tensor of this name. */
    default boolean has(String name) {
        return names().contains(name);
    }

    /** Sizes of a tensor. */
    Shape shape(String name);

    /** A copy of a tensor as float32, row-major. */
    float[] floats(String name);

    /** Texts that the file carries beside the tensors. */
    Map<String, String> metadata();

    /** An open safetensors file. */
    static Checkpoint of(SafetensorsFile file) {
        return new Checkpoint() {
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
            public float[] floats(String name) {
                return file.floats(name);
            }

            @Override
            public Map<String, String> metadata() {
                return file.metadata();
            }
        };
    }
}
