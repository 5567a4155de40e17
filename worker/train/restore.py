"""Reads trained weights back out of an exported ONNX graph, so that training can go on where only the shipped files are left."""

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn


def restore_weights(network, path, prefix, inputs, absent=()):
    """Fills `network` with the weights stored in the ONNX file `path`.

    Convolutions and linear layers are found by name (`prefix` + name of the parameter, float16 or float32).
    The exporter writes a GroupNorm as an InstanceNormalization followed by Mul and Add whose constants have
    lost their names: these are matched by order, against the order in which `network(*inputs)` calls its norms.
    Parameters whose name begins with one of `absent` (heads that only training uses) keep their random start.
    Raises KeyError or ValueError when a parameter is not found or a shape differs. Returns the network.
    """
    graph = onnx.load(path).graph
    constants = {i.name.removesuffix(".half"): numpy_helper.to_array(i).astype(np.float32) for i in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)

    # a linear layer over more than two axes is a MatMul: its weight, transposed, has lost its name, but the node has kept it
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in constants:
            path_in_module = []
            for part in node.name.strip("/").split("/")[:-1]:
                if path_in_module and part.startswith(path_in_module[-1] + "."):
                    path_in_module.pop()
                path_in_module.append(part)
            constants[".".join(path_in_module) + ".weight"] = constants[node.input[1]].T

    norms, hooks = [], []
    for name, module in network.named_modules():
        if isinstance(module, nn.GroupNorm):
            hooks.append(module.register_forward_hook(lambda *_, name=name: norms.append(name)))
    with torch.no_grad():
        network(*inputs)
    for hook in hooks:
        hook.remove()

    # per norm: the first Mul and Add with a constant of one value per channel behind its InstanceNormalization
    users = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)

    def behind(node, kind):
        """The next node of that kind with a constant input, and the constant."""
        here = node.output[0]
        for _ in range(4):
            for user in users.get(here, []):
                constant = next((constants[n] for n in user.input if n in constants), None)
                if user.op_type == kind and constant is not None:
                    return user, constant.reshape(-1)
            here = users[here][0].output[0]
        raise ValueError(f"no {kind} behind {node.name}")

    affine = {}
    instances = [n for n in graph.node if n.op_type == "InstanceNormalization"]
    for name, node in zip(norms, instances):
        scaling, scale = behind(node, "Mul")
        _, shift = behind(scaling, "Add")
        affine[f"{name}.weight"], affine[f"{name}.bias"] = scale, shift

    state = network.state_dict()
    for name, value in state.items():
        found = affine[name] if name in affine else constants.get(prefix + name)
        if found is None:
            if name in dict(network.named_buffers()) or name.startswith(tuple(absent)):
                continue
            raise KeyError(f"{path} has no {name}")
        if found.size != value.numel():
            raise ValueError(f"{name}: {found.size} values stored, {value.numel()} needed")
        value.copy_(torch.from_numpy(np.array(found)).reshape(value.shape))
    network.load_state_dict(state)
    return network
