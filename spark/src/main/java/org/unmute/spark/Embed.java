package org.unmute.spark;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.sql.SparkSession;
import org.unmute.data.field.FieldRules;
import org.unmute.files.SettingsException;
import org.unmute.models.encoder.TokenPooling;
import org.unmute.options.ChannelOption;
import org.unmute.options.ClipLength;
import org.unmute.options.EncoderOptions;
import org.unmute.options.EventOptions;
import org.unmute.options.FieldOptions;
import org.unmute.options.ProbeOption;
import org.unmute.options.ResamplingOption;
import org.unmute.options.StrictOption;
import org.unmute.options.TokenOptions;
import org.unmute.spark.plan.EmbedOptions;
import org.unmute.spark.plan.Kept;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The application that embeds, scores and detects recordings on Spark and writes the results to a folder. */
@Command(
        name = "org.unmute.spark.Embed",
        sortOptions = false,
        description = {
            "Turns recordings into token maps, pooled vectors, scores and events on a cluster, with the bits of 'unmute"
                    + " embed', 'unmute tag' and 'unmute detect'.",
            "Fills a folder: tokens/ (a token cache), index/ and events/ (Parquet), key.json. Submit the same again to"
                    + " go on with a job that was stopped or killed: what is in the folder is not done again, and of"
                    + " recordings that changed or came anew only these are done. What is missing or damaged in the"
                    + " folder is made again.",
            "--keep scores and --keep events use the probe of --probe. Without it, scores are the logits of the"
                    + " encoder's own head, if it has one.",
            "Files and folders are paths or URIs that Hadoop opens. Those of --threshold, --classes and"
                    + " --deployments are files of the driver's machine."
        },
        footerHeading = "%nExit status:%n",
        footer = {
            "  0  done",
            "  1  the work could not be completed; what is done is in the folder",
            "  2  the command line is wrong",
            "  3  an input file is missing, unreadable or malformed",
            "  4  the backend is not available",
            "",
            "Example:",
            "  spark-submit --class org.unmute.spark.Embed unmute-spark.jar --encoder hdfs:/models/eat.safetensors \\",
            "      --audio s3a://recordings/2025/ --out hdfs:/embedded/2025 --keep tokens,pooled"
        })
public final class Embed implements Callable<Integer> {
    private final Console console;
    private final List<String> arguments;

    @Mixin
    private EncoderOptions encoder;

    @Option(
            names = "--audio",
            paramLabel = "PATH",
            required = true,
            description = "Recordings: a folder (searched below), a sound file, a CSV,"
                    + " TSV or Parquet table with the columns path and, if they are there, root, clip, start,"
                    + " end, labels, split; or a text file with one path a line.")
    private String audio;

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description =
                    "Folder that paths in a table or list are relative to (default: the table's column root, else its"
                            + " own folder).")
    private String root;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder to fill; made if needed.")
    private String out;

    @Option(
            names = "--keep",
            paramLabel = "NAME",
            split = ",",
            description = "What to keep of each clip, several separated by commas: tokens, pooled, scores, events"
                    + " (default: tokens).")
    private Set<Kept> keep = EnumSet.of(Kept.TOKENS);

    @Option(
            names = "--pool",
            paramLabel = "NAME",
            description =
                    "The vector of --keep pooled: mean or max of the tokens, or cls, the class token (default: mean).")
    private TokenPooling pooling = TokenPooling.MEAN;

    @Mixin
    private ProbeOption probe;

    @Mixin
    private EventOptions events;

    @Mixin
    private FieldOptions field;

    @Mixin
    private ResamplingOption resampling;

    @Mixin
    private TokenOptions tokens;

    @Mixin
    private ClipLength clip;

    @Mixin
    private ChannelOption channels;

    @Option(
            names = "--shard-size",
            paramLabel = "SIZE",
            description = "Max size of a shard, one of which each task writes, such as 512m or 1g (default:"
                    + " ${DEFAULT-VALUE}).")
    private String shardSize = "1g";

    @Option(
            names = "--ship",
            negatable = true,
            description = "Send the files of encoder and probe to the executors with the job, or let each read them"
                    + " where they are (default: send those of the driver's own disks).")
    private Boolean ship;

    @Mixin
    private StrictOption strict;

    @Option(
            names = "--verify",
            description = "Compare recordings that are in the folder by their bytes, not only by size and modification"
                    + " time or ETag; and the files of the folder with their digests, not only by name and size.")
    private boolean verify;

    @Option(
            names = "--break-lock",
            description =
                    "Take the folder from a driver that is known to be dead, whose lock is left on HDFS or an object"
                            + " store. On a local disk a lock ends with its process.")
    private boolean breakLock;

    @Option(names = "--dry-run", description = "Only say what would be done and how large it becomes.")
    private boolean dryRun;

    @Mixin
    private ConsoleArguments shown;

    private Embed(Console console, String... arguments) {
        this.console = console;
        this.arguments = List.of(arguments);
    }

    /** Runs the application and exits the JVM with its status, unless that is 0. */
    public static void main(String[] args) {
        Console console = Console.ofProcess();
        Application.main(new Embed(console, args), console, args);
    }

    /**
     * Runs the application in this process. Uses the current Spark session, or creates one, and does not stop it.
     *
     * @return the exit status
     */
    public static int run(Console console, String... args) {
        return Application.run(new Embed(console, args), console, args);
    }

    @Override
    public Integer call() throws IOException {
        shown.applyTo(console);
        EmbedRequest request = request();
        SparkSession spark = SparkSession.builder().getOrCreate();
        new EmbedRun(spark, request, console).run();
        return 0;
    }

    private EmbedRequest request() throws IOException {
        if (keep.contains(Kept.EVENTS) && !probe.isGiven()) {
            throw new SettingsException("--keep events: events are found by a probe: name one with --probe");
        }
        if (probe.isGiven() && !keep.contains(Kept.SCORES) && !keep.contains(Kept.EVENTS)) {
            throw new SettingsException("--probe gives scores and events: say with --keep which of them to keep");
        }
        EmbedOptions options = EmbedOptions.of(encoder.file())
                .withEncoderSettings(encoder.settings(), encoder.norm())
                .withResampling(resampling.filter())
                .withTokens(tokens.type().dtype(), tokens.layers())
                .withPooling(pooling)
                .withProbe(probe.path())
                .withField(field());
        return new EmbedRequest(
                options,
                new TreeSet<>(keep),
                events.rules(),
                events.context(),
                audio,
                root,
                out,
                clip.rule(encoder.settings().speed()),
                channels.choice(),
                shardBytes(),
                ship,
                strict.strict(),
                verify,
                breakLock,
                dryRun,
                shown.json(),
                arguments);
    }

    private FieldRules field() throws IOException {
        FieldRules rules;
        try {
            rules = field.rules();
        } catch (IllegalArgumentException e) {
            throw new SettingsException("embed: " + e.getMessage(), e);
        }
        if (!rules.equals(FieldRules.DEFAULT) && !keep.contains(Kept.EVENTS)) {
            throw new SettingsException("--time-zone, --time-pattern, --site-from and --deployments say when and where"
                    + " events were: add events to --keep");
        }
        return rules;
    }

    private long shardBytes() {
        try {
            long bytes = JavaUtils.byteStringAsBytes(shardSize);
            if (bytes > 0) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        throw new SettingsException("--shard-size is a size such as 512m or 1g, not '" + shardSize + "'");
    }
}
