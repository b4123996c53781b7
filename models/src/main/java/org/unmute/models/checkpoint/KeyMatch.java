package org.unmute.models.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.unmute.tensor.Shape;
import org.unmute.tensor.backend.ElementSource;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;

/**
 * A key map applied to a file: every tensor of the file is either taken or dropped.
 *
 * @param keyMap the map
 * @param prefix of the model's names in the file
 * @param taken the file's name by the model's name, in the file's order
 * @param dropped reasons by the file's names
 * @param missing names of the model that the map requires and the file lacks
 */
public record KeyMatch(
        KeyMap keyMap, String prefix, Map<String, String> taken, Map<String, String> dropped, List<String> missing) {
    /** Metadata key of the kind of encoder, in converted files. */
    public static final String ENCODER = "unmute.encoder";
    /** Metadata key of the naming that the tensors had in the original file. */
    public static final String NAMING = "unmute.naming";

    private static final String UNUSED = "not used by this model";

    /** Copies the collections. */
    public KeyMatch {
        taken = Collections.unmodifiableMap(new LinkedHashMap<>(taken));
        dropped = Collections.unmodifiableMap(new LinkedHashMap<>(dropped));
        missing = List.copyOf(missing);
    }

    /** @throws UnusableCheckpointException if two tensors would get the same name */
    static KeyMatch of(KeyMap map, String prefix, Checkpoint file) {
        String parent = prefix.isEmpty() ? "" : prefix.substring(0, prefix.lastIndexOf('.', prefix.length() - 2) + 1);
        Map<String, String> taken = new LinkedHashMap<>();
        Map<String, String> dropped = new LinkedHashMap<>();
        for (String name : file.names()) {
            String below = name.startsWith(prefix) ? name.substring(prefix.length()) : null;
            KeyMap.Rule rule = below == null ? null : KeyMap.rule(map.rules(), below);
            if (rule == null && !prefix.isEmpty() && name.startsWith(parent)) {
                String relative = name.substring(parent.length());
                rule = KeyMap.rule(map.outer(), relative);
                below = rule == null ? below : relative;
            }
            switch (rule) {
                case KeyMap.Take take -> {
                    String other = taken.putIfAbsent(take.apply(below), name);
                    if (other != null) {
                        throw new UnusableCheckpointException(file.origin() + ": two tensors would be named '"
                                + take.apply(below) + "': '" + other + "' and '" + name
                                + "': the file mixes two namings, or key map '" + map.name() + "' is not for it");
                    }
                }
                case KeyMap.Drop drop -> dropped.put(name, drop.reason());
                case null ->
                    dropped.put(
                            name,
                            below != null && !below.equals(name) || prefix.isEmpty() ? UNUSED : outside(name, prefix));
            }
        }
        return new KeyMatch(map, prefix, taken, dropped, map.missing(taken.keySet()));
    }

    /** What a name of the model would be in the file, below the prefix. */
    private String original(String name) {
        return keyMap.rules().stream()
                .filter(rule -> rule instanceof KeyMap.Take take && new KeyMap.Take(take.to(), "").matches(name))
                .map(rule -> (KeyMap.Take) rule)
                .map(take -> take.from() + name.substring(take.to().length()))
                .findFirst()
                .orElse(name);
    }

    private static String outside(String name, String prefix) {
        if (name.contains("_ema.") || name.startsWith("ema.")) {
            return "moving average of the weights, the teacher of pre-training";
        }
        if (name.startsWith("student.")) {
            return "the student of pre-training; the teacher is the encoder";
        }
        if (name.startsWith("optimizer") || name.startsWith("last_optimizer")) {
            return "state of the optimizer";
        }
        return "outside of '" + prefix.substring(0, Math.max(0, prefix.length() - 1)) + "', where the encoder is";
    }

    /**
     * The file's names of tensors in the model's place that the model does not know: a part of another model, or of a
     * variant that is not supported. Not among them is what the authors' files are known to hold besides the encoder.
     */
    public List<String> unknown() {
        return dropped.entrySet().stream()
                .filter(e -> e.getValue().equals(UNUSED))
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * The file under the model's names.
     *
     * @param encoder kind of the encoder, added to the metadata
     */
    public Checkpoint view(Checkpoint file, String encoder) {
        Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
        metadata.put(ENCODER, encoder);
        // A converted file has the authors' names now and keeps the original naming in its metadata.
        metadata.putIfAbsent(NAMING, keyMap.name());
        return new View(this, file, Collections.unmodifiableMap(metadata), List.copyOf(taken.keySet()));
    }

    private record View(KeyMatch match, Checkpoint file, Map<String, String> metadata, List<String> names)
            implements Checkpoint {
        @Override
        public String origin() {
            return file.origin();
        }

        @Override
        public String container() {
            return file.container();
        }

        @Override
        public List<String> opaque() {
            return file.opaque();
        }

        @Override
        public boolean has(String name) {
            return match.taken.containsKey(name);
        }

        @Override
        public String stored(String name) {
            return match.taken.getOrDefault(name, match.prefix + match.original(name));
        }

        @Override
        public Shape shape(String name) {
            return file.shape(stored(name));
        }

        @Override
        public StoredType type(String name) {
            return file.type(stored(name));
        }

        @Override
        public float[] floats(String name) {
            return file.floats(stored(name));
        }

        @Override
        public ElementSource source(String name) {
            return file.source(stored(name));
        }

        @Override
        public void unload(String name) {
            file.unload(stored(name));
        }

        @Override
        public @Nullable StoredTensor entry(String name) {
            return file.entry(stored(name));
        }

        @Override
        public void close() {
            file.close();
        }
    }

    /** The file's metadata that belong to the model. */
    public Map<String, String> carried(Checkpoint file) {
        Map<String, String> own = new LinkedHashMap<>();
        List<String> prefixes = keyMap.carried();
        file.metadata().forEach((key, value) -> {
            if (prefixes.stream().anyMatch(key::startsWith)) {
                own.put(key, value);
            }
        });
        return own;
    }
}
