package org.unmute.models.encoder;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import org.unmute.models.checkpoint.Checkpoint;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.checkpoint.KeyMatch;
import org.unmute.models.checkpoint.UnusableCheckpointException;
import org.unmute.tensor.io.SafetensorsFile;

/** Opens an encoder from a checkpoint, recognizing from its tensors which one it is. */
public final class Encoders {
    private static final String EMBEDDED = "small-vit.safetensors";
    /** What to do if an encoder is not found. */
    private static final String FROM_A_JAR =
            "; an encoder in a jar of its own is found if the jar is on the class path (UNMUTE_CLASSPATH of ./unmute)";

    private Encoders() {}

    /** What a checkpoint holds: which encoder, and where its tensors are. */
    public record Recognized(EncoderProvider provider, KeyMatch match) {}

    /**
     * Every kind of encoder on the class path or module path, in the order in which they are tried.
     *
     * @throws IllegalStateException if two have the same name or alias
     */
    public static List<EncoderProvider> providers() {
        return distinct(ServiceLoader.load(EncoderProvider.class, EncoderProvider.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparingInt(EncoderProvider::rank))
                .toList());
    }

    /** The same providers; a name that two have would open a file with either. */
    static List<EncoderProvider> distinct(List<EncoderProvider> providers) {
        Map<String, EncoderProvider> byName = new HashMap<>();
        for (EncoderProvider provider : providers) {
            for (String name : names(provider)) {
                EncoderProvider first = byName.putIfAbsent(name, provider);
                if (first != null && first != provider) {
                    throw new IllegalStateException("encoder " + name + ": provided by "
                            + first.getClass().getName() + " and "
                            + provider.getClass().getName()
                            + ": rename one, or take one of the jars off the class path");
                }
            }
        }
        return providers;
    }

    private static List<String> names(EncoderProvider provider) {
        List<String> names = new ArrayList<>(provider.aliases());
        names.add(provider.name());
        return names;
    }

    /** The kind of encoder that goes by this name or alias. */
    public static Optional<EncoderProvider> find(String name) {
        return providers().stream().filter(p -> names(p).contains(name)).findFirst();
    }

    /**
     * The small encoder in this module, trained by {@code unmute pretrain}; its metadata state recipe, data and
     * licence.
     */
    public static Encoder embedded() {
        try (SafetensorsFile file = SafetensorsFile.of(EMBEDDED, embeddedBytes())) {
            return build(Checkpoint.of(file), EncoderSettings.AUTHORS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The embedded encoder's safetensors file. */
    public static byte[] embeddedBytes() {
        return Resource.bytes(EMBEDDED);
    }

    /**
     * Opens a checkpoint with the authors' settings.
     *
     * @throws org.unmute.files.MalformedFileException if the file is damaged or no supported checkpoint
     * @throws UnusableCheckpointException if no known encoder is in it, or one with tensors missing
     */
    public static Encoder open(Path checkpoint) throws IOException {
        return open(checkpoint, EncoderSettings.AUTHORS);
    }

    /**
     * Opens a checkpoint.
     *
     * @throws org.unmute.files.MalformedFileException if the file is damaged or no supported checkpoint
     * @throws UnusableCheckpointException if no known encoder is in it, or one with tensors missing
     * @throws IllegalArgumentException if the settings do not fit the encoder
     */
    public static Encoder open(Path checkpoint, EncoderSettings settings) throws IOException {
        try (Checkpoint file = Checkpoint.open(checkpoint)) {
            return build(file, settings);
        }
    }

    /**
     * Builds the encoder that a checkpoint holds; the checkpoint is not needed afterwards.
     *
     * @throws UnusableCheckpointException if no known encoder is in it, or one with tensors missing
     * @throws IllegalArgumentException if the settings do not fit the encoder, or it has no such setting
     */
    public static Encoder build(Checkpoint file, EncoderSettings settings) {
        Recognized known = recognize(file, settings.model());
        EncoderProvider provider = known.provider();
        requireKnown(settings.config().keySet(), provider);
        EncoderNetwork network = provider.open(
                known.match().view(file, provider.name()), settings.withModel(stated(file, settings.model())));
        settings.requireFollowed(provider.name(), network.spec());
        return new Encoder(network);
    }

    private static void requireKnown(Set<String> asked, EncoderProvider provider) {
        Set<String> known = provider.configEntries();
        if (known.isEmpty() && !asked.isEmpty()) {
            throw new IllegalArgumentException(
                    provider.name() + ": no configuration is read for this encoder, but given were " + asked);
        }
        for (String name : asked) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("configuration: there is no entry '" + name
                        + "' that is read; known are " + new TreeSet<>(known));
            }
        }
    }

    /** The kind asked for, or the one that the file names, as a converted file does; empty if neither. */
    private static String stated(Checkpoint file, String model) {
        return model.isEmpty() ? file.metadata().getOrDefault(KeyMatch.ENCODER, "") : model;
    }

    /**
     * Finds out which encoder is in a file: the one asked for, or named by the file's metadata, or whose tensors it
     * has. Kinds with the same names are told apart by {@link EncoderProvider#reasonAgainst}.
     *
     * @param model a {@linkplain EncoderProvider#name name} or alias; empty to recognize the encoder
     * @throws UnusableCheckpointException if there is none, or not the one asked for
     */
    public static Recognized recognize(Checkpoint file, String model) {
        String stated = stated(file, model);
        if (!stated.isEmpty()) {
            EncoderProvider provider = find(stated)
                    .orElseThrow(() -> new UnusableCheckpointException(file.origin() + ": no encoder is called '"
                            + stated + "'; known are " + names() + FROM_A_JAR));
            KeyMatch match = match(provider, file, true)
                    .orElseThrow(() -> new UnusableCheckpointException(
                            file.origin() + ": this is no '" + stated + "' checkpoint: it has no "
                                    + provider.keyMaps().getFirst().signature() + " below one prefix; " + found(file)));
            return new Recognized(provider, match);
        }
        List<String> against = new ArrayList<>();
        for (EncoderProvider provider : providers()) {
            for (KeyMap map : provider.keyMaps()) {
                KeyMatch match = map.match(file, false).orElse(null);
                Optional<String> reason = match == null ? Optional.empty() : reasonAgainst(provider, match, file);
                if (match != null && reason.isEmpty()) {
                    return new Recognized(provider, match);
                }
                reason.ifPresent(r -> against.add(map.name() + " (" + r + ")"));
            }
        }
        throw new UnusableCheckpointException(file.origin() + ": no known encoder is in this file: "
                + (against.isEmpty()
                        ? found(file)
                        : "it has the names, but not the tensors of " + String.join(", ", against))
                + "; known are " + names() + ", see 'unmute encoders'" + FROM_A_JAR);
    }

    /**
     * Why a file with a kind's names is another model's; empty if it is this one.
     *
     * @param match of one of the kind's key maps with the file
     * @see EncoderProvider#reasonAgainst
     */
    public static Optional<String> reasonAgainst(EncoderProvider provider, KeyMatch match, Checkpoint file) {
        try {
            return provider.reasonAgainst(match.view(file, provider.name()));
        } catch (UnusableCheckpointException e) {
            // A tensor that the provider looks at is missing, or has other axes.
            String origin = file.origin() + ": ";
            String message = e.getMessage();
            return Optional.of(message.startsWith(origin) ? message.substring(origin.length()) : message);
        }
    }

    /**
     * Finds an encoder's tensors in a file by their names; reads no tensor.
     *
     * @param certain whether the file is known to hold this kind, so that any prefix will do
     */
    public static Optional<KeyMatch> match(EncoderProvider provider, Checkpoint file, boolean certain) {
        return provider.keyMaps().stream()
                .flatMap(map -> map.match(file, certain).stream())
                .findFirst();
    }

    private static String found(Checkpoint file) {
        return file.names().isEmpty()
                ? "it has no tensors"
                : "its first tensors are " + file.names().stream().limit(5).toList();
    }

    private static List<String> names() {
        return providers().stream().map(EncoderProvider::name).toList();
    }
}
