package org.unmute.audio.vorbis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.playback.Mixdown;

/**
 * An Ogg Vorbis file as a stream. Verifies the checksum of each page and that no page is missing, including the last.
 * Damage and truncation are reported as errors at the affected page. The length is known if the source is seekable.
 * Holds a page and its samples, at most 4 MB, in addition to {@link VorbisSetup}.
 */
final class VorbisStream implements AudioStream {
    /** A forward seek of at most this many samples decodes them. */
    private static final int NEAR = 1 << 16;

    private final AudioSource source;
    private final OggPackets packets;
    private final VorbisSetup setup;
    private final Mixdown mixdown;
    private final BlockDecoder decoder;
    private final PageFinder finder;
    private final List<String> warnings = new ArrayList<>();
    /** Granule position of the first sample. */
    private long origin;

    private boolean originKnown;
    private float[] samples = new float[0];
    /** Number of the first sample in {@link #samples}. */
    private long start;

    private int count;
    private int used;
    private boolean ended;
    private UnreadableAudioException damage;

    private VorbisStream(AudioSource source, int channel) throws IOException {
        this.source = source;
        long firstByte = source.position();
        packets = new OggPackets(source);
        setup = readSetup();
        mixdown = Mixdown.of(
                channel,
                setup.channels(),
                setup.sampleRate(),
                reason -> new UnreadableAudioException(source.name(), reason));
        decoder = new BlockDecoder(setup, mixdown);
        finder = source.seekable() ? new PageFinder(source, firstByte, packets.serial()) : null;
        available();
    }

    static VorbisStream open(AudioSource source, int channel) throws IOException {
        return new VorbisStream(source, channel);
    }

    private VorbisSetup readSetup() throws IOException {
        requirePacket("identification");
        PacketBits first = packets.copiedBits();
        requirePacket("comment");
        requirePacket("setup");
        try {
            return VorbisSetup.parse(first, packets.bits());
        } catch (InvalidVorbisException e) {
            throw damaged(e.getMessage());
        }
    }

    private void requirePacket(String name) throws IOException {
        if (!packets.next()) {
            throw damaged("its " + name + " header is missing");
        }
    }

    private UnreadableAudioException damaged(String reason) {
        return new UnreadableAudioException(source.name(), "damaged Vorbis data: " + reason);
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public int sampleRate() {
        return setup.sampleRate();
    }

    @Override
    public int channels() {
        return setup.channels();
    }

    @Override
    public OptionalLong frames() {
        return finder == null || finder.lastGranule() < origin
                ? OptionalLong.empty()
                : OptionalLong.of(finder.lastGranule() - origin);
    }

    @Override
    public long position() {
        return start + used;
    }

    @Override
    public List<String> warnings() {
        return mixdown.and(warnings);
    }

    @Override
    public int read(float[] into, int from, int wanted) throws IOException {
        Objects.checkFromIndexSize(from, wanted, into.length);
        if (!available()) {
            return -1;
        }
        int n = Math.min(wanted, count - used);
        System.arraycopy(samples, used, into, from, n);
        used += n;
        return n;
    }

    /** Whether there is another sample. Decodes the next page if needed. */
    private boolean available() throws IOException {
        while (used == count && !ended) {
            if (damage != null) {
                throw damage;
            }
            try {
                nextPage();
            } catch (UnreadableAudioException e) {
                damage = e;
                throw e;
            }
        }
        return used < count;
    }

    private void nextPage() throws IOException {
        if (!packets.nextPage()) {
            throw damaged("cut short: its last page does not end the stream");
        }
        start += count;
        count = 0;
        used = 0;
        decodePage();
        OggPage page = packets.page();
        if (page.granule() >= 0) {
            settle(page);
        }
        ended = page.last();
        byte[] following = ended ? source.peek(4) : new byte[0];
        if (following.length == 4 && following[0] == 'O' && following[1] == 'g' && following[2] == 'g') {
            ended = false;
            damage = packets.severalStreams(source.position());
        }
    }

    /** Decodes the packets that end on the page; false if there are none. */
    private boolean decodePage() throws IOException {
        boolean any = false;
        while (packets.nextOnPage()) {
            any = true;
            if (samples.length < count + decoder.maxSamples()) {
                samples = Arrays.copyOf(samples, Math.max(2 * samples.length, count + decoder.maxSamples()));
            }
            try {
                // An empty packet stands for no samples.
                count += packets.length() == 0 ? 0 : decoder.decode(packets.bits(), samples, count, start);
            } catch (InvalidVorbisException e) {
                throw damaged(e.getMessage());
            }
        }
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(samples[i])) {
                throw damaged("sample " + (start + i) + " is " + samples[i]);
            }
        }
        return any;
    }

    /** Compares the number of samples with the page's granule position. */
    private void settle(OggPage page) {
        if (!originKnown) {
            originKnown = true;
            long first = page.granule() - (start + count);
            if (first > 0 && !page.last()) {
                origin = first;
            } else if (first < 0 && !page.last()) {
                // The encoder asks for this many samples at the beginning to be discarded.
                int out = (int) Math.min(-first, count);
                System.arraycopy(samples, out, samples, 0, count - out);
                count -= out;
                return;
            }
        }
        long end = page.granule() - origin;
        if (page.last() && end < start + count) {
            count = (int) Math.max(0, end - start);
        } else if (end != start + count && warnings.isEmpty()) {
            warnings.add("a page ends at sample " + end + " by its own account, but at " + (start + count)
                    + " by its packets, which counts");
        }
    }

    @Override
    public void seek(long frame) throws IOException {
        if (frame < 0) {
            throw new IllegalArgumentException(name() + ": seek to frame " + frame);
        }
        long end = start + count;
        boolean far = damage != null ? frame > end : frame > end + NEAR;
        if (frame < start || far && finder != null) {
            if (finder == null) {
                throw new IOException(name() + ": sample " + frame + " has passed, and a stream cannot go back");
            }
            jump(frame);
        }
        while (frame > start + count && !ended) {
            used = count;
            available();
        }
        used = Math.clamp(frame - start, 0, count);
    }

    /** Moves to a page from which the frame can be decoded. */
    private void jump(long frame) throws IOException {
        damage = null;
        ended = false;
        long goal = Math.min(frame + origin, finder.lastGranule());
        for (long back = 2L * setup.longBlock(); back < goal; back *= 16) {
            long page = finder.before(goal - back);
            if (page >= 0 && from(page) && start <= frame) {
                return;
            }
        }
        rewind();
    }

    /** Decodes from a page until the position is known; false if it cannot be determined. */
    private boolean from(long page) throws IOException {
        packets.position(page);
        decoder.reset();
        while (packets.nextPage() && !packets.page().last()) {
            count = 0;
            boolean decoded = decodePage();
            if (decoded && packets.page().granule() >= 0) {
                start = packets.page().granule() - origin;
                count = 0;
                used = 0;
                return true;
            }
        }
        return false;
    }

    private void rewind() throws IOException {
        packets.position(finder.firstByte());
        decoder.reset();
        ended = false;
        for (int i = 0; i < 3; i++) {
            requirePacket("first");
        }
        start = 0;
        count = 0;
        used = 0;
        originKnown = false;
        origin = 0;
        available();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
