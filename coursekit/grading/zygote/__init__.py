"""The process that children are forked from, and the sandbox that they are put in.

Words of this room:

*zygote*: imports the backend once, runs no operation with it, and is forked for each child. A cell
that only divides.
*keeper*: a tiny process above it that ends everything when the referee is gone.
*child*: a fork that runs one submission; see `coursekit.grading.child`.
*layer*: one of the kernel's means (a namespace, seccomp, Landlock ...) that the sandbox is made of.
*stamp*: the words in every result that say which layers there were.
*memory group*: a control group of the kernel that counts all that it holds because of one child.
*block*: the user ids that one command gives its children.
*warm*: a zygote that outlives its command and waits for the next; its *holder* lends it.
*deferred*: an import that is put off until somebody uses the module.

`process` is the referee's handle on all this; `serving` is what runs in the zygote itself.
"""
