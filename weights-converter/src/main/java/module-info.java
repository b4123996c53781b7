/** Checkpoints of the original authors in, safetensors out. */
module org.unmute.convert {
    requires transitive org.unmute.tensor;
}
