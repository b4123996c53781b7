package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.field.FieldRemarks;
import org.unmute.cli.option.MissingTokens;
import org.unmute.cli.option.OverwriteOption;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.cli.search.ExampleOptions;
import org.unmute.cli.search.FoundEvents;
import org.unmute.cli.search.SearchOptions;
import org.unmute.cli.search.SearchReport;
import org.unmute.cli.search.VectorCache;
import org.unmute.data.field.FieldLog;
import org.unmute.data.provenance.CacheOrigin;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.DetectionSettings;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.search.Example;
import org.unmute.events.search.ExampleReader;
import org.unmute.events.search.MomentSearch;
import org.unmute.events.search.SearchTables;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.RowTimes;
import org.unmute.options.EncoderOptions;
import org.unmute.options.FieldOptions;
import org.unmute.options.InputPath;
import org.unmute.options.MainOptions;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.vector.VectorIndex;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Finds the moments of recordings that are nearest to examples. */
@MainOptions("--cache --like --unlike --each-class --by --stretch --top --in"
        + " --index --out --format --audio --force --device")
@Command(
        name = "search",
        description = {
            "Finds the moments nearest to examples in a token cache: to recordings, stretches or boxes in time and"
                    + " frequency.",
            "Every stretch of what is searched is compared, and the command says what that was. The folder of --out is"
                    + " one of events, as of 'unmute detect'."
        },
        footer = {
            "",
            "Examples:",
            "  unmute search --cache cache/ --like a.wav@12.5-13.1@2000-6000 --out found/",
            "  unmute search --cache cache/ --like calls.selections.txt --unlike b.wav@3-4 --top 500 --out found/"
        })
final class SearchCommand extends ComputingCommand {
    @InputPath
    @Option(
            names = "--cache",
            paramLabel = "DIR",
            required = true,
            description = "Token cache of the recordings, as 'unmute embed' writes it.")
    private Path cache;

    @Mixin
    private MissingTokens missingTokens;

    @Mixin
    private ExampleOptions examples;

    @Mixin
    private SearchOptions how;

    @Mixin
    private FoundEvents wanted;

    @Mixin
    private FieldOptions field;

    @Mixin
    private EncoderOptions encoder;

    @Mixin
    private OverwriteOption overwrite;

    @Override
    public Integer call() throws IOException {
        begin();
        how.check();
        wanted.requireValid();
        FieldLog places =
                new FieldLog(checked(e -> CommandException.usage("search: " + e.getMessage(), e), field::rules));
        openBackend();
        try (TokenCache tokens = missingTokens.open(cache, record, this::tell)) {
            OpenEncoder[] known = new OpenEncoder[1];
            ExampleReader.EncoderSource source = () -> {
                known[0] = known[0] == null ? ofCache(tokens) : known[0];
                return new ExampleReader.Opened(
                        known[0].encoder(),
                        SavedProbe.ofCache(cache).resampling().kernel());
            };
            RowTimes recorded = CacheOrigin.rowTimes(cache).orElse(null);
            RowTimes times = recorded != null
                    ? recorded
                    : source.open().encoder().describe().rowTimes();
            ExampleReader reader = new ExampleReader(tokens, times, source);
            Map<String, List<Example>> like = examples.like(reader, wanted.label());
            List<Example> unlike = examples.unlike(reader);
            boolean byTokens =
                    how.byTokens(like.values().stream().flatMap(List::stream).anyMatch(Example::isBox));
            EncoderSpec spec = byTokens ? source.open().encoder().describe() : null;
            Set<String> recordings = how.recordings(reader, cache);
            Map<String, MomentSearch> searches = new LinkedHashMap<>();
            for (Map.Entry<String, List<Example>> one : like.entrySet()) {
                searches.put(one.getKey(), new MomentSearch(tokens, times, reader, one.getValue(), unlike, recordings));
            }
            DetectionSettings settings =
                    SearchReport.settings(tokens, how, examples, like, unlike, recordings, wanted.audio());
            try (DetectionFolder folder =
                    DetectionFolder.open(wanted.out(), settings, line(), matched(OverwriteOption.NAME))) {
                Map<String, MomentSearch.Found> found = new LinkedHashMap<>();
                for (Map.Entry<String, MomentSearch> one : searches.entrySet()) {
                    found.put(one.getKey(), find(one.getValue(), tokens, times, byTokens, spec));
                }
                Path root = wanted.recordings(cache);
                int stored = SearchTables.write(folder, wanted.formats(), found, tokens, times, root, places);
                FieldRemarks.tell(places.problems(), null, this::tell);
                SearchReport report = new SearchReport(wanted.out(), found, how.top(), wanted.formats(), stored, root);
                record.result("cacheFolder", cache.toString()).result("settings", settings.values());
                report.note(record).write(wanted.out());
                folder.finish();
                print(report.result(), report::print);
            }
        }
        return status;
    }

    private OpenEncoder ofCache(TokenCache tokens) throws IOException {
        OpenEncoder own = opened(encoder, SavedProbe.ofCache(cache), "cache");
        String resampling = SavedProbe.ofCache(cache).resampling().name();
        if (!own.key(resampling, tokens.key().dtype())
                .encoderHash()
                .equals(tokens.key().encoderHash())) {
            throw CommandException.input("search: the tokens of " + cache + " are of another encoder than "
                    + own.origin() + ": name theirs with --encoder");
        }
        return own;
    }

    private MomentSearch.Found find(
            MomentSearch search, TokenCache tokens, RowTimes times, boolean byTokens, EncoderSpec spec)
            throws IOException {
        if (byTokens && how.candidates() == 0) {
            return search.boxes(spec, how.anyBand(), how.top(), _ -> {});
        }
        Path file = how.index(cache);
        try (VectorIndex index = new VectorCache(file, this).open(tokens, times, how.stretch())) {
            return byTokens
                    ? search.boxes(index, how.candidates(), spec, how.anyBand(), how.top(), _ -> {})
                    : search.pooled(index, how.top());
        }
    }
}
