package org.unmute.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.encoder.PluginEncoder;
import org.unmute.cli.encoder.ReleaseText;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.Release;
import org.unmute.models.encoder.Releases;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists the supported encoders, their licences and downloads. */
@Command(
        name = "encoders",
        description = {
            "Lists the encoders that can be read, with licence, size, tokens of ten seconds, and what file to download"
                    + " from where.",
            "The first nine are the paper's; a plus marks those fine-tuned on AudioSet. Parameters are the encoder's"
                    + " weights, without head, decoder and tables that are not trained. Nothing is downloaded."
        },
        footer = {"", "Examples:", "  unmute encoders", "  unmute encoders beats"})
final class EncodersCommand extends UnmuteCommand {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Show everything about this one.")
    private String name;

    @Override
    public Integer call() throws IOException {
        if (name == null) {
            List<ObjectNode> documents = Stream.concat(
                            Releases.all().stream().map(ReleaseText::document),
                            PluginEncoder.withoutRelease().stream().map(PluginEncoder::document))
                    .toList();
            print(documents, ReleaseText::list);
            return status;
        }
        Optional<Release> release = Releases.find(name);
        if (release.isPresent()) {
            print(ReleaseText.document(release.get()), o -> ReleaseText.details(o, release.get()));
            return status;
        }
        PluginEncoder encoder = PluginEncoder.find(name)
                .orElseThrow(() -> CommandException.usage("no encoder is called '" + name + "'; known are "
                        + String.join(", ", names())
                        + "; one in a jar of its own is known if the jar is in UNMUTE_CLASSPATH"));
        print(encoder.document(), encoder::print);
        return status;
    }

    private static List<String> names() {
        return Stream.concat(
                        Releases.all().stream().map(Release::name),
                        PluginEncoder.withoutRelease().stream()
                                .map(PluginEncoder::provider)
                                .map(EncoderProvider::name))
                .toList();
    }
}
