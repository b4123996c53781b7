package org.unmute.probes.cache;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;

/** The frames of one clip in a file, as a separate stream. Closing it leaves the file open. */
final class ClipStream implements AudioStream {
    private final AudioStream file;
    private final AudioClip clip;
    private final long from;
    private final long to;
    /** Frames of the file that have been read already: {@code heldCount} frames from {@code heldFrom} on. */
    private final float[] held;

    private final long heldFrom;
    private final int heldCount;
    private long position;

    /**
     * @param held samples of the file that have been read already, or an empty array. Not modified.
     * @param heldFrom index of their first frame
     * @param heldCount number of frames held
     */
    ClipStream(AudioStream file, AudioClip clip, float[] held, long heldFrom, int heldCount) {
        this.file = file;
        this.clip = clip;
        this.held = held;
        this.heldFrom = heldFrom;
        this.heldCount = heldCount;
        from = clip.firstFrame(file.sampleRate());
        to = clip.endFrame(file.sampleRate());
    }

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public int sampleRate() {
        return file.sampleRate();
    }

    @Override
    public int channels() {
        return file.channels();
    }

    /** Known if the file's length is known. */
    @Override
    public OptionalLong frames() {
        return file.frames().isEmpty()
                ? file.frames()
                : OptionalLong.of(Math.max(0, Math.min(to, file.frames().getAsLong()) - from));
    }

    @Override
    public long position() {
        return position;
    }

    /** @throws UnreadableAudioException if the samples are damaged, or the file ends before the clip begins */
    @Override
    public int read(float[] samples, int at, int count) throws IOException {
        Objects.checkFromIndexSize(at, count, samples.length);
        long frame = from + position;
        int wanted = (int) Math.min(count, to - frame);
        int got = wanted <= 0 ? -1 : readFile(samples, at, wanted, frame);
        if (got < 0 && position == 0 && from > 0) {
            long end = file.frames().orElse(file.position());
            throw new UnreadableAudioException(
                    clip.quotedId(),
                    "it begins at " + clip.start() + " s, but the recording ends at " + (double) end / file.sampleRate()
                            + " s");
        }
        position += Math.max(0, got);
        return got;
    }

    private int readFile(float[] samples, int at, int wanted, long frame) throws IOException {
        if (frame >= heldFrom && frame < heldFrom + heldCount) {
            int n = (int) Math.min(wanted, heldFrom + heldCount - frame);
            System.arraycopy(held, (int) (frame - heldFrom), samples, at, n);
            return n;
        }
        if (file.position() != frame) {
            file.seek(frame);
            if (file.position() != frame) {
                return -1;
            }
        }
        return file.read(samples, at, wanted);
    }

    @Override
    public void seek(long frame) {
        if (frame < 0) {
            throw new IllegalArgumentException(name() + ": seek to frame " + frame);
        }
        position = Math.min(frame, frames().orElse(to - from));
    }

    @Override
    public List<String> warnings() {
        return file.warnings();
    }

    @Override
    public void close() {
        // The file is shared, so it stays open.
    }
}
