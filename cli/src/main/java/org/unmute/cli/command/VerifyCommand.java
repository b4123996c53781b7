package org.unmute.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.unmute.audio.Recording;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.OverwriteOption;
import org.unmute.cli.verify.ReferenceFeatures;
import org.unmute.cli.verify.Verification;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.models.encoder.Encoder;
import org.unmute.options.EncoderOptions;
import org.unmute.options.InputPath;
import org.unmute.options.MainOptions;
import org.unmute.options.OutputPath;
import org.unmute.options.ResamplingOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares an encoder with features exported from the original code. */
@MainOptions("--encoder --reference --audio --tolerance --encoder-set --out --force --device")
@Command(
        name = "verify",
        description = {
            "Compares an encoder with features that were exported from the original code, tensor by tensor, and says"
                    + " where the first difference is.",
            "The reference is an npy file with the tokens after the last layer, [tokens, dim], [1, tokens, dim] or"
                    + " [time, freq, dim], the class token first or left out; or a safetensors file with any of fbank"
                    + " (the network's input, normalised), patch_embed, block.0, block.1, ..., final_tokens, cls,"
                    + " token_map, logits and what else the encoder gives. With fbank the network is compared from"
                    + " there on, and the front end for itself."
        },
        footer = {
            "",
            "Exit status: 0 if all agrees, 1 if something differs.",
            "",
            "Examples:",
            "  unmute verify --encoder eat.pt --reference features.npy --audio test.wav",
            "  unmute verify --encoder beats.safetensors --config max_distance=800 --reference trace.safetensors"
        })
final class VerifyCommand extends ComputingCommand {
    @Mixin
    private EncoderOptions encoder;

    @InputPath
    @Option(
            names = "--reference",
            paramLabel = "PATH",
            required = true,
            description = "The reference: npy or safetensors.")
    private Path reference;

    @InputPath
    @Option(
            names = "--audio",
            paramLabel = "FILE",
            description = "The recording that the reference was made from; not needed if the reference holds fbank.")
    private Path audio;

    @Mixin
    private ResamplingOption resampling;

    @Option(
            names = "--tolerance",
            paramLabel = "X",
            description = "Largest difference allowed: for numbers above 1, the part of the number (default: 0.0001"
                    + " from the reference's fbank on, 0.002 from the recording on).")
    private Double tolerance;

    @OutputPath(OutputPath.Kind.FILE)
    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Also write the result, with a record of the run, to this JSON file.")
    private Path out;

    @Mixin
    private OverwriteOption overwrite;

    @Override
    public Integer call() throws IOException {
        begin();
        if (tolerance != null && !(tolerance > 0 && Double.isFinite(tolerance))) {
            throw CommandException.usage("--tolerance must be a positive number, is " + tolerance);
        }
        if (encoder.speed() != null) {
            throw CommandException.usage("--speed: features of the original code are of recordings as they are");
        }
        record.seed(common.seed());
        openBackend();
        OpenEncoder loaded = opened(encoder);
        Verification verification = new Verification(loaded.encoder(), ReferenceFeatures.read(reference), tolerance);
        verification.run(audio == null ? null : samples(loaded.encoder(), audio, verification.remarks()));
        if (out != null) {
            loaded.note(record, resampling.filter().name());
            record.input(reference);
            if (audio != null) {
                record.input(audio);
            }
            try (OutputFolder output = claimFile(out)) {
                record.results(verification.document()).writeTo(out);
                output.finish();
            }
        }
        ObjectNode document = Json.object()
                .put("encoder", loaded.origin())
                .put("encoderSha256", loaded.hash())
                .putPOJO("encoderSettings", loaded.settings())
                .put("reference", reference.toString())
                .put("audio", audio == null ? null : audio.toString());
        print(document.setAll(verification.document()), o -> {
            o.println("encoder    " + loaded.origin() + ": "
                    + loaded.encoder().describe().description());
            o.println("reference  " + reference + (audio == null ? "" : ", recording " + audio));
            verification.print(o);
        });
        if (!verification.within()) {
            fail();
        }
        return status;
    }

    private float[] samples(Encoder model, Path file, List<String> remarks) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw CommandException.input("no such recording: " + file);
        }
        Recording r = warnings.read(file);
        int rate = model.describe().sampleRate();
        if (r.sampleRate() != rate) {
            remarks.add("the recording was resampled from " + r.sampleRate() + " to " + rate + " Hz ("
                    + resampling.filter() + "), which may differ from the " + "original code's way");
        }
        return r.resampled(rate, resampling.filter().kernel()).samples();
    }
}
