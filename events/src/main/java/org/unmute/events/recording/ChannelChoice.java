package org.unmute.events.recording;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.playback.Mixdown;
import org.unmute.data.ClipId;
import org.unmute.files.InputException;
import org.unmute.files.PlainText;
import org.unmute.files.RegularFile;
import org.unmute.files.SettingsException;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.AudioReader;

/**
 * Which channels of recordings are read: the mean of all, each as a separate clip, or one. A clip of a channel has
 * its number in its id ({@link ClipId#channel(String)}).
 *
 * @param each whether each channel is a clip of its own
 * @param channel the only channel to read, from 1; {@link Mixdown#MEAN} for the mean of all, or for each
 */
public record ChannelChoice(boolean each, int channel) {
    /** The mean of all channels. */
    public static final ChannelChoice MIX = new ChannelChoice(false, Mixdown.MEAN);
    /** Each channel by itself. */
    public static final ChannelChoice EACH = new ChannelChoice(true, Mixdown.MEAN);

    /**
     * Parses the value of the option {@code --channels}: {@code mix}, {@code each} or the number of a channel from 1.
     *
     * @throws SettingsException if it is none of them
     */
    public static ChannelChoice parse(String text) {
        switch (text) {
            case "mix" -> {
                return MIX;
            }
            case "each" -> {
                return EACH;
            }
            default -> {
                int channel = text.matches("[1-9]\\d{0,3}") ? Integer.parseInt(text) : 0;
                if (channel < 1 || channel > AudioStream.MAX_CHANNELS) {
                    throw new SettingsException("--channels is mix, each, or the number of a channel, 1 to "
                            + AudioStream.MAX_CHANNELS + ", not '" + text + "'");
                }
                return new ChannelChoice(false, channel);
            }
        }
    }

    /** Whether the mean of all channels is read. */
    public boolean isMix() {
        return equals(MIX);
    }

    /** The value of the option. */
    @Override
    public String toString() {
        return each ? "each" : channel == Mixdown.MEAN ? "mix" : Integer.toString(channel);
    }

    /**
     * Clips of the chosen channels.
     *
     * @param clips in the order of the recordings, the channels of one after each other
     * @param unread files whose channels could not be counted, with the reasons; their clips are among {@code clips} as
     *     they were
     */
    public record Clips(List<AudioClip> clips, Map<Path, IOException> unread) {
        public Clips {
            clips = List.copyOf(clips);
            unread = Map.copyOf(unread);
        }

        /**
         * Opens the files of the clips. A file whose channels could not be counted fails again for the same reason: it
         * must not be read as a mix because its device responds a moment later.
         */
        public AudioReader reader(AudioReader files) {
            return (file, channel) -> {
                requireCounted(file);
                return files.open(file, channel);
            };
        }

        /** @throws IOException if the channels of the file could not be counted; with the reason */
        public void requireCounted(Path file) throws IOException {
            IOException failure = unread.get(file);
            if (failure != null) {
                throw failure;
            }
        }
    }

    /**
     * Checks that clips are of these channels: those of a folder that is to be continued.
     *
     * @param what the folder, for messages
     * @throws InputException naming the first clip of other channels
     */
    public void requireOf(Collection<String> ids, String what) {
        ids.stream()
                .filter(id -> !isOf(ClipId.channel(id)))
                .min(Comparator.naturalOrder())
                .ifPresent(id -> {
                    int has = ClipId.channel(id);
                    throw new InputException(what + " holds clips of "
                            + (has == Mixdown.MEAN ? "the mean of all channels" : "single channels") + ", such as "
                            + PlainText.quote(id) + ", not those of --channels " + this + ": name another folder");
                });
    }

    private boolean isOf(int other) {
        return each ? other != Mixdown.MEAN : other == channel;
    }

    /**
     * Takes the chosen channels of clips.
     *
     * @param mixed clips of the mean of all channels; one that names its channel stays as it is
     * @param reader opens, in parallel, each file once where every channel is requested
     */
    public Clips of(List<AudioClip> mixed, AudioReader reader) {
        if (isMix()) {
            return new Clips(mixed, Map.of());
        }
        Map<Path, IOException> unread = new ConcurrentHashMap<>();
        Map<Path, Integer> counts = new ConcurrentHashMap<>();
        if (each) {
            mixed.stream().map(AudioClip::path).distinct().toList().parallelStream()
                    .forEach(file -> {
                        try {
                            counts.put(file, count(file, reader));
                        } catch (IOException e) {
                            unread.put(file, e);
                        }
                    });
        }
        List<AudioClip> clips = new ArrayList<>();
        for (AudioClip clip : mixed) {
            if (clip.channel() != Mixdown.MEAN || unread.containsKey(clip.path())) {
                clips.add(clip);
            } else if (each) {
                IntStream.rangeClosed(1, counts.get(clip.path())).forEach(c -> clips.add(only(clip, c)));
            } else {
                clips.add(only(clip, channel));
            }
        }
        return new Clips(clips, unread);
    }

    private static int count(Path file, AudioReader reader) throws IOException {
        if (RegularFile.exists(file) && !RegularFile.isFile(file)) {
            throw new UnreadableAudioException(
                    file.toString(),
                    "its channels cannot be counted before it is read, because it is not a file: store it in one");
        }
        try (AudioStream stream = reader.open(file, Mixdown.MEAN)) {
            return stream.channels();
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static AudioClip only(AudioClip clip, int channel) {
        // A whole file may have a name like the id of a part.
        String source = clip.whole() ? clip.id() : ClipId.source(clip.id());
        String id = ClipId.channel(source, channel) + clip.id().substring(source.length());
        return new AudioClip(id, clip.path(), clip.start(), clip.end(), channel);
    }
}
