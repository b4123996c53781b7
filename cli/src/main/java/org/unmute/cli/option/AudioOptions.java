package org.unmute.cli.option;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.unmute.audio.AudioFiles;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.Resampler;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.Failure;
import org.unmute.data.ClipDivision;
import org.unmute.data.ClipList;
import org.unmute.data.Manifest;
import org.unmute.data.OtherFiles;
import org.unmute.data.provenance.RunRecord;
import org.unmute.events.recording.ChannelChoice;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.options.ChannelOption;
import org.unmute.options.HelpTopic;
import org.unmute.options.InputPath;
import org.unmute.options.ResamplingOption;
import org.unmute.options.StrictOption;
import org.unmute.probes.cache.AudioReader;
import org.unmute.probes.cache.ClipPass;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that select recordings and determine how they are read. */
@HelpTopic("Sound")
public final class AudioOptions {
    /** Maximum seconds of sound that are read together, unless a single clip is longer. */
    private static final int SECONDS_TOGETHER = 20 * 60;

    @InputPath
    @Option(
            names = "--audio",
            paramLabel = "PATH",
            description =
                    "Recordings: a folder (searched below), one file, a text file with one path a line, or a CSV or"
                            + " Parquet file (.csv, .tsv, .parquet) with a column file, filename, path or fname (and"
                            + " start, end in seconds). WAV, FLAC, Ogg Vorbis, MP3, AIFF, AU; mixed to mono"
                            + " unless --channels says otherwise.")
    private Path audio;

    @InputPath
    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "Folder that paths in a list are relative to (default: the list's own folder); folder of a"
                    + " --dataset.")
    private Path root;

    @Mixin
    private DatasetOptions dataset;

    @Option(
            names = "--split",
            paramLabel = "NAME",
            split = ",",
            description = "Parts of the data set, as train,test (default: all).")
    private List<String> splits;

    @Mixin
    private ResamplingOption resampling;

    @Mixin
    private ChannelOption channels;

    @Mixin
    private StrictOption strict;

    /** The clips of the channels, once they are chosen. */
    private ChannelChoice.Clips chosen;

    /**
     * The recordings in order, or their channels, with labels if a data set is given.
     *
     * @param record receives a description of the data set read
     * @param err    receives warnings about missing clips; null for none
     * @throws CommandException if no recordings are given, or their list cannot be read
     */
    public Chosen choose(RunRecord record, PrintWriter err) {
        if (dataset.given() == (audio != null)) {
            throw CommandException.usage("give either --audio PATH or --dataset NAME with --root DIR");
        }
        try {
            if (!dataset.given()) {
                if (splits != null) {
                    throw CommandException.usage("--split chooses parts of a --dataset");
                }
                return ofChannels(new Chosen(search(audio, root, record, err), null), record);
            }
            return ofChannels(dataset.read(root, splits, record, err), record);
        } catch (IOException e) {
            throw CommandException.input(Failure.of(e).message(), e);
        }
    }

    private Chosen ofChannels(Chosen mixed, RunRecord record) {
        ChannelChoice choice = channels.choice();
        if (!choice.isMix()) {
            record.result("channels", choice.toString());
        }
        ClipList list = mixed.clips();
        chosen = choice.of(list.clips(), AudioFiles::open);
        return new Chosen(new ClipList(list.root(), chosen.clips(), list.others()), mixed.labels());
    }

    /** Which channels are read. */
    public ChannelChoice channels() {
        return channels.choice();
    }

    /** Opens the files of the recordings that were {@linkplain #choose chosen}. */
    public AudioReader reader() {
        return chosen.reader(AudioFiles::open);
    }

    /**
     * Opens the bytes of the file of a chosen recording.
     *
     * @param source named by the path of the file
     * @param channel from 1, or {@link org.unmute.audio.playback.Mixdown#MEAN} for the mean of all
     * @throws IOException if they cannot be read, or lack the channel
     */
    public AudioStream open(AudioSource source, int channel) throws IOException {
        chosen.requireCounted(Path.of(source.name()));
        return AudioFiles.open(source, channel);
    }

    /**
     * Lists recordings, and reports and records the files in a folder that are not read.
     *
     * @param source folder, recording or list, as accepted by {@link ClipList#of}
     * @param root   the folder that paths in a list are relative to; null for the folder of the list
     * @param err    receives a line for each sound format that is not read; null for none
     * @throws IOException if the recordings cannot be listed, or there are none
     */
    public static ClipList search(Path source, Path root, RunRecord record, PrintWriter err) throws IOException {
        ClipList list = ClipList.of(source, root);
        OtherFiles others = list.others();
        if (!others.none()) {
            record.result("otherFiles", others);
        }
        if (err != null) {
            others.lines().forEach(line -> err.println(line));
            err.flush();
        }
        return list;
    }

    /**
     * The chosen recordings.
     *
     * @param clips  the recordings, in order
     * @param labels labels of the same recordings; null if unknown
     */
    public record Chosen(ClipList clips, Manifest labels) {}

    public Resampler.Kernel kernel() {
        return resampling.filter().kernel();
    }

    /** The name of the resampling filter in records and keys. */
    public String resampling() {
        return resampling.filter().name();
    }

    /**
     * Reads clips in groups, each file once.
     *
     * @param command name of the command, for messages
     * @param max     maximum number of clips read together
     */
    public ClipPass pass(String command, ClipDivision clips, EncoderSpec encoder, int max) {
        ClipPass.Limits limits = new ClipPass.Limits(max, SECONDS_TOGETHER);
        return new ClipPass(command, clips.clips(), clips.reader(reader()), encoder, kernel(), limits);
    }

    public boolean strict() {
        return strict.strict();
    }
}
