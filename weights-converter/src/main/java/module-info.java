/** Checkpoints of the original authors in, safetensors under the authors' names out. */
module org.unmute.convert {
    requires transitive org.unmute.models;

    exports org.unmute.convert;
}
