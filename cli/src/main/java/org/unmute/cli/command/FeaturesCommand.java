package org.unmute.cli.command;

import java.io.IOException;
import org.unmute.cli.audio.ClipProgress;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.feature.FeatureOptions;
import org.unmute.cli.feature.FeatureRun;
import org.unmute.cli.option.AudioOptions;
import org.unmute.cli.option.DivisionOptions;
import org.unmute.cli.option.OverwriteOption;
import org.unmute.data.ClipDivision;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.options.EncoderOptions;
import org.unmute.options.MainOptions;
import org.unmute.probes.cache.ClipPass;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Writes an encoder's features of recordings to files for other programs. */
@MainOptions("--encoder --audio --out --pool --layers --attention --clip --dataset --root --force --device --threads")
@Command(
        name = "features",
        description = {
            "Writes an encoder's tokens of recordings to safetensors or npy files for other programs; or with --pool a"
                    + " vector of each recording to one npy, safetensors, CSV or Parquet file.",
            "A safetensors file holds token_map [time, freq, dim], cls [dim] where the encoder has a class token, for"
                    + " each layer asked for layer.N [time, freq, dim] and layer.N.cls, and attention [heads, time,"
                    + " freq] of the class token in the last block; its metadata name encoder, front end and recording."
                    + " An npy file holds the token map alone.",
            "With --pool, the file holds pooled [clips, dim]: as a tensor, as the columns file, pooled0, pooled1, …,"
                    + " or as the Parquet columns file and pooled, a list. FILE.run.json lists the clips in their"
                    + " order."
        },
        footer = {
            "",
            "Examples:",
            "  unmute features --encoder eat.safetensors --audio bird.wav --out bird.safetensors --layers all"
                    + " --attention",
            "  unmute features --encoder eat.safetensors --audio recordings/ --out features/",
            "  unmute features --encoder eat.safetensors --audio recordings/ --pool mean --out vectors.parquet"
        })
final class FeaturesCommand extends ComputingCommand {
    /** Max clips that are read together. */
    private static final int CHUNK = 8;

    @Mixin
    private EncoderOptions encoder;

    @Mixin
    private AudioOptions audio;

    @Mixin
    private DivisionOptions division;

    @Mixin
    private FeatureOptions features;

    @Mixin
    private OverwriteOption overwrite;

    @Override
    public Integer call() throws IOException {
        begin();
        record.seed(common.seed());
        openBackend();
        AudioOptions.Chosen chosen = audio.choose(record, remarks());
        ClipDivision divided = division.divide(audio, chosen, encoder.settings().speed(), this::tell, record);
        features.requireValid(divided);
        OpenEncoder loaded = opened(encoder);
        EncoderSpec model = loaded.encoder().describe();
        FeatureRun run = new FeatureRun(features, loaded, audio);
        try (OutputFolder output = features.isOne() ? claimFile(features.out()) : claim(features.out())) {
            try (ClipProgress progress = progress("writing features", divided.clips(), model);
                    ClipPass pass = audio.pass("features", divided, model, CHUNK)) {
                run.write(pass, progress);
            }
            run.requireSome(divided.clips().size());
            warnings.end(record);
            run.finish(record);
            output.finish();
        }
        print(run.document(chosen.clips().others()), run::print);
        return status;
    }
}
