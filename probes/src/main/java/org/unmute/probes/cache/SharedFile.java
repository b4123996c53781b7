package org.unmute.probes.cache;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.audio.StreamingResampler;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.models.encoder.EncoderBand;
import org.unmute.models.encoder.EncoderSpec;

/**
 * A file that serves several clips through one stream. Samples shared by consecutive clips are decoded once; the stream
 * seeks to a clip that begins elsewhere. After damage the file is opened again for the next clip, so that each clip
 * fails or succeeds by its own samples. Not thread-safe.
 */
final class SharedFile implements Closeable {
    /** Clips of at most this many frames are read unresampled and kept for the next clip, which may overlap: 2 MiB. */
    private static final int SHORT = 1 << 19;

    private final Path path;
    private final int channel;
    private final AudioReader reader;
    private @Nullable AudioStream stream;
    private IOException unopened;
    private float[] held = {};
    private long heldFrom;
    private final List<String> unsaid = new ArrayList<>();
    private final Set<String> said = new HashSet<>();

    SharedFile(Path path, int channel, AudioReader reader) {
        this.path = path;
        this.channel = channel;
        this.reader = reader;
    }

    private AudioStream stream() throws IOException {
        if (unopened != null) {
            throw unopened;
        }
        if (stream == null) {
            try {
                stream = reader.open(path, channel);
            } catch (IOException e) {
                unopened = e;
                throw e;
            }
        }
        return stream;
    }

    /** A clip's length in seconds, without decoding; NaN if it is unknown. */
    double seconds(AudioClip clip) throws IOException {
        return clip.end() < Double.POSITIVE_INFINITY ? clip.end() - clip.start() : clip.seconds(stream());
    }

    /**
     * The sound of a clip.
     *
     * @param recording a short clip at the file's rate, a long clip resampled
     * @param seconds length of the clip
     * @param rate rate of the file in Hz
     * @param resampled whether the recording is at the encoder's rate already
     */
    record Cut(Recording recording, double seconds, int rate, boolean resampled) {}

    /**
     * Reads a clip.
     *
     * @param encoder whose speed and rate a long clip is resampled to
     * @param kernel resampling kernel for a long clip
     * @throws IOException if its samples cannot be read, or it begins after the end of the file
     */
    Cut read(AudioClip clip, EncoderSpec encoder, Resampler.Kernel kernel) throws IOException {
        try {
            AudioStream file = stream();
            String unheard = EncoderBand.of(encoder).nothingOf(file.sampleRate());
            if (unheard != null) {
                throw new UnreadableAudioException(file.name(), unheard);
            }
            ClipStream section = new ClipStream(file, clip, held, heldFrom, held.length);
            long length = clip.endFrame(file.sampleRate()) - clip.firstFrame(file.sampleRate());
            boolean isShort = Math.min(length, section.frames().orElse(length)) <= SHORT;
            held = new float[0];
            Recording recording = Recording.read(
                    isShort ? section : StreamingResampler.of(section, encoder.speed(), encoder.sampleRate(), kernel));
            if (isShort) {
                heldFrom = clip.firstFrame(file.sampleRate());
                held = recording.samples();
            }
            verifyEnd(file);
            double seconds = (double) section.position() / file.sampleRate();
            return new Cut(recording, seconds, file.sampleRate(), !isShort);
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Lets the file verify itself after its last frame, for instance against a hash of its samples. The clips passed
     * their own checks, so a mismatch is only a warning.
     */
    private void verifyEnd(AudioStream file) throws IOException {
        if (file.frames().isPresent() && file.position() == file.frames().getAsLong()) {
            try {
                file.read(new float[1], 0, 1);
            } catch (UnreadableAudioException e) {
                unsaid.add(e.reason());
            }
        }
    }

    /** Irregularities of the file that have not been reported yet. */
    List<String> newWarnings() {
        if (stream != null) {
            unsaid.addAll(stream.warnings());
        }
        List<String> fresh = unsaid.stream().filter(said::add).toList();
        unsaid.clear();
        return fresh;
    }

    @Override
    public void close() throws IOException {
        held = new float[0];
        if (stream != null) {
            AudioStream open = stream;
            stream = null;
            open.close();
        }
    }
}
